//! What any released version has written is read today.

use std::fs;

use events_schema::Topic;

use crate::desk::{files, folder, record, reread, samples};

#[test]
fn the_samples_of_every_release_are_read() {
    let releases = files("released");
    assert!(releases.contains(&"0.1.0".to_owned()), "{releases:?}");
    for release in releases {
        let samples = files(&format!("released/{release}/samples"));
        assert_eq!(samples, files(&format!("released/{release}/schemas")), "each event has both");
        for name in samples {
            let path = folder(&format!("released/{release}/samples")).join(&name);
            let text = fs::read_to_string(path).unwrap();
            let read = reread(&record(Topic::Orders, text.as_bytes()));
            let read = read.unwrap_or_else(|| panic!("{release}: {name}: no such event any more"));
            read.unwrap_or_else(|error| panic!("{release}: {name}: {error}"));
        }
    }
}

/// A sample stands for what is in the logs.
#[test]
fn no_sample_was_changed_after_a_release() {
    for (release, sample) in files("released")
        .iter()
        .flat_map(|release| samples().into_iter().map(move |sample| (release, sample)))
    {
        let path = folder(&format!("released/{release}/samples")).join(sample.described.file_name());
        // An event that is younger than this release has none there.
        let Ok(released) = fs::read_to_string(path) else { continue };
        assert_eq!(released, sample.text, "{} was changed after {release}", sample.described.event);
    }
}
