//! Files that belong to events, and events that need files.

use crate::Breach;

/// What of `on_disk` belongs to no event, and which event has no file; `folder` is where the files stand.
pub fn orphans(folder: &str, events: &[String], on_disk: &[String]) -> Vec<Breach> {
    let strays = on_disk.iter().filter(|file| !events.contains(file)).map(|file| {
        Breach::new(
            format!("{folder}/{file}"),
            1,
            "belongs to no event; delete it, or declare the event in `events!`",
        )
    });
    let missing = events.iter().filter(|file| !on_disk.contains(file)).map(|file| {
        let remedy =
            "is missing; schemas: cargo run -p events-schema --example write_schemas; samples: by hand";
        Breach::new(format!("{folder}/{file}"), 1, remedy)
    });
    strays.chain(missing).collect()
}

#[cfg(test)]
mod tests {
    use super::orphans;

    #[test]
    fn strays_and_gaps_are_found() {
        let names = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>();
        let found =
            orphans("schemas", &names(&["A.v1.json", "B.v1.json"]), &names(&["B.v1.json", "C.v1.json"]));
        let files: Vec<&str> = found.iter().map(|breach| breach.file.as_str()).collect();
        assert_eq!(files, ["schemas/C.v1.json", "schemas/A.v1.json"]);
    }
}
