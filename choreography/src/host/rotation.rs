//! Files that clients are made from, watched: when they change, clients are made anew.

use std::{
    path::PathBuf,
    time::{Duration, SystemTime},
};

use events_schema::Timestamp;

use crate::kafka;

/// How often the files are looked at. What has changed must be the same at two looks, so that a certificate is not taken
/// without its key.
const EVERY: Duration = Duration::from_secs(2);

type Seen = Vec<Option<(SystemTime, u64)>>;

/// The files, and what was seen of them.
pub(super) struct Rotation {
    files: Vec<PathBuf>,
    used: Seen,
    last: Seen,
    looked: Timestamp,
}

impl Rotation {
    /// As the files are now; make it before the clients.
    pub(super) fn of(properties: &[(String, String)]) -> Rotation {
        let files = kafka::secrets::files(properties);
        let used = look(&files);
        Rotation { last: used.clone(), used, files, looked: Timestamp(0) }
    }

    /// Whether they are others than those the clients were made from, and have come to rest.
    pub(super) fn has_come(&mut self, now: Timestamp) -> bool {
        if self.files.is_empty() || (self.looked <= now && self.looked.until(now) < EVERY) {
            return false;
        }
        self.looked = now;
        let seen = look(&self.files);
        let rests = seen == self.last;
        self.last = seen;
        // A file that is missing for a moment is on its way.
        rests && self.last != self.used && self.last.iter().all(Option::is_some)
    }
}

fn look(files: &[PathBuf]) -> Seen {
    let of = |file: &PathBuf| {
        let found = std::fs::metadata(file).ok()?;
        Some((found.modified().ok()?, found.len()))
    };
    files.iter().map(of).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_change_counts_once_it_has_come_to_rest_and_a_missing_file_does_not() {
        let file = std::env::temp_dir().join(format!("orders-rotation-{}", std::process::id()));
        std::fs::write(&file, "one").unwrap();
        let mut rotation = Rotation::of(&[("sasl.password".to_owned(), format!("@{}", file.display()))]);
        let mut now = Timestamp(1_000_000_000);
        let mut next = |rotation: &mut Rotation| {
            now = now + EVERY;
            rotation.has_come(now)
        };
        assert!(!next(&mut rotation), "nothing has changed");
        std::fs::remove_file(&file).unwrap();
        assert!(!next(&mut rotation) && !next(&mut rotation), "it is missing");
        std::fs::write(&file, "another").unwrap();
        assert!(!next(&mut rotation), "it has just changed");
        assert!(next(&mut rotation));
        std::fs::remove_file(&file).unwrap();
    }

    #[test]
    fn without_files_nothing_rotates() {
        let mut rotation = Rotation::of(&[("sasl.password".to_owned(), "x".to_owned())]);
        assert!(!rotation.has_come(Timestamp(1_000_000_000)));
    }
}
