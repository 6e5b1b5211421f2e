//! Settings that stand in files, read when clients are made, and watched: when the files change, clients are made anew.

use std::{
    fs, io,
    path::PathBuf,
    time::{Duration, Instant, SystemTime},
};

use crate::{Failure, clock};

/// How often the files are looked at. What has changed must be the same at two looks, so that a certificate is not taken
/// without its key.
const EVERY: Duration = Duration::from_secs(2);

/// Settings as the client takes them: of a value `@FILE` what stands in the file, without the line's end.
pub(super) fn resolved(properties: &[(String, String)]) -> Result<Vec<(String, String)>, Failure> {
    let value = |name: &str, value: &str| match value.strip_prefix('@') {
        None => Ok(value.to_owned()),
        Some(file) => {
            let wrong = |error: io::Error| Failure::Layout(format!("-X {name}=@{file}: {error}"));
            fs::read_to_string(file).map(|text| text.trim_end_matches(['\r', '\n']).to_owned()).map_err(wrong)
        }
    };
    properties.iter().map(|(name, given)| Ok((name.clone(), value(name, given)?))).collect()
}

/// The files that clients are made from.
fn files(properties: &[(String, String)]) -> Vec<PathBuf> {
    let file = |(name, value): &(String, String)| {
        let of_tls = name.starts_with("ssl.") && name.ends_with(".location");
        value.strip_prefix('@').or_else(|| of_tls.then_some(value.as_str())).map(PathBuf::from)
    };
    properties.iter().filter_map(file).collect()
}

/// When each file was changed, and its length; `None` while it is missing.
type Seen = Vec<Option<(SystemTime, u64)>>;

/// The files, and what was seen of them.
pub(crate) struct Rotation {
    files: Vec<PathBuf>,
    used: Seen,
    last: Seen,
    looked: Instant,
}

impl Rotation {
    /// As the files are now; made before the clients, so that no change is missed.
    pub(crate) fn of(properties: &[(String, String)]) -> Rotation {
        let files = files(properties);
        let used = look(&files);
        Rotation { last: used.clone(), used, files, looked: clock::instant() }
    }

    /// Whether they are others than those the clients were made from, and have come to rest. It is true again and again
    /// until [`Rotation::is_done`].
    pub(crate) fn has_come(&mut self) -> bool {
        if self.files.is_empty() || self.looked.elapsed() < EVERY {
            return false;
        }
        self.looked = clock::instant();
        let seen = look(&self.files);
        let rests = seen == self.last;
        self.last = seen;
        // A file that is missing for a moment is on its way.
        rests && self.last != self.used && self.last.iter().all(Option::is_some)
    }

    /// Clients were made from the files as they were at the last look.
    pub(crate) fn is_done(&mut self) {
        self.used.clone_from(&self.last);
    }
}

fn look(files: &[PathBuf]) -> Seen {
    let of = |file: &PathBuf| {
        let found = fs::metadata(file).ok()?;
        Some((found.modified().ok()?, found.len()))
    };
    files.iter().map(of).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(properties: &[(&str, &str)]) -> Vec<(String, String)> {
        properties.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
    }

    #[test]
    fn certificates_and_secrets_are_files_and_the_rest_is_not() {
        let properties =
            of(&[("ssl.key.location", "/tls/key"), ("sasl.password", "@/secret"), ("ssl.key.password", "x")]);
        assert_eq!(files(&properties), ["/tls/key", "/secret"].map(PathBuf::from));
    }

    #[test]
    fn a_change_counts_once_it_rests_and_until_clients_were_made_of_it() {
        let file = std::env::temp_dir().join(format!("auditor-rotation-{}", std::process::id()));
        fs::write(&file, "one\n").unwrap();
        let named = format!("@{}", file.display());
        let mut rotation = Rotation::of(&of(&[("sasl.password", &named)]));
        let next = |rotation: &mut Rotation| {
            rotation.looked = clock::instant().checked_sub(EVERY).unwrap();
            rotation.has_come()
        };
        assert!(!next(&mut rotation), "nothing has changed");
        fs::remove_file(&file).unwrap();
        assert!(!next(&mut rotation) && !next(&mut rotation), "it is missing");
        fs::write(&file, "another\n").unwrap();
        assert!(!next(&mut rotation), "it has just changed");
        assert!(next(&mut rotation) && next(&mut rotation), "nobody has made clients of it");
        rotation.is_done();
        assert!(!next(&mut rotation));
        assert_eq!(resolved(&of(&[("sasl.password", &named)])), Ok(of(&[("sasl.password", "another")])));
        fs::remove_file(&file).unwrap();
    }
}
