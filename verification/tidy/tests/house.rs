//! The house rules, applied to this repository.

use std::{fs, process::Command, sync::LazyLock};

use tidy::{Breach, Workspace};

static WORKSPACE: LazyLock<Workspace> = LazyLock::new(|| {
    Workspace::read().unwrap_or_else(|error| panic!("the workspace cannot be read: {error}"))
});

#[track_caller]
fn none(breaches: impl IntoIterator<Item = Breach>) {
    let found: Vec<String> = breaches.into_iter().map(|breach| breach.to_string()).collect();
    assert!(found.is_empty(), "{} breaches of a house rule:\n{}", found.len(), found.join("\n"));
}

#[test]
fn the_whole_repository_is_looked_at() {
    let paths: Vec<&str> = WORKSPACE.sources.iter().map(|source| source.path.as_str()).collect();
    for expected in ["events-schema/src/lib.rs", "services/order/src/lib.rs", "cli/src/main.rs", file!()] {
        assert!(paths.contains(&expected), "{expected} is not among {paths:?}");
    }
}

#[test]
fn nobody_imports_what_they_must_not_know() {
    none(tidy::forbidden_imports(&WORKSPACE.imports));
}

#[test]
fn crates_are_named_where_they_belong() {
    none(WORKSPACE.sources.iter().flat_map(tidy::forbidden_paths));
}

#[test]
fn json_is_not_slowed_down_by_a_feature_somebody_asked_for() {
    none(tidy::costly_features(&tree(&["--all-features"])));
}

#[test]
fn no_mistake_is_planted_in_what_is_shipped() {
    none(tidy::planted_features(&tree(&[])));
}

/// Every crate of the workspace and what it is built from, with the features that are on.
fn tree(of: &[&str]) -> String {
    let tree = Command::new(env!("CARGO"))
        .args(["tree", "--workspace", "--edges", "normal,build", "--prefix", "none", "--format", "{p} {f}"])
        .args(of)
        .current_dir(&WORKSPACE.root)
        .output()
        .unwrap_or_else(|error| panic!("cargo tree cannot be run: {error}"));
    let text = String::from_utf8_lossy(&tree.stdout).into_owned();
    assert!(
        text.contains("serde_json v"),
        "cargo tree shows no serde_json: {}",
        String::from_utf8_lossy(&tree.stderr)
    );
    text
}

#[test]
fn functions_fit_in_a_mind() {
    none(WORKSPACE.sources.iter().flat_map(tidy::long_functions));
}

#[test]
fn files_hold_one_idea() {
    none(WORKSPACE.sources.iter().filter_map(tidy::long_files));
}

#[test]
fn files_say_what_they_are_for() {
    none(WORKSPACE.sources.iter().filter_map(tidy::missing_headlines));
}

#[test]
fn nothing_is_left_for_later() {
    none(WORKSPACE.sources.iter().flat_map(tidy::promises_to_self));
}

#[test]
fn nothing_is_unwrapped_outside_tests() {
    none(WORKSPACE.sources.iter().flat_map(tidy::unwraps));
}

#[test]
fn unsafe_code_has_one_place() {
    none(WORKSPACE.sources.iter().flat_map(tidy::unsafe_code));
}

#[test]
fn names_say_something() {
    none(WORKSPACE.sources.iter().flat_map(tidy::forbidden_words));
}

#[test]
fn every_event_has_its_files_and_every_file_its_event() {
    let events: Vec<String> =
        events_schema::schema::all().iter().map(|described| described.file_name()).collect();
    for folder in ["events-schema/schemas", "events-schema/samples"] {
        let entries = fs::read_dir(WORKSPACE.root.join(folder)).unwrap();
        let on_disk: Vec<String> =
            entries.map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned()).collect();
        none(tidy::orphans(folder, &events, &on_disk));
    }
}
