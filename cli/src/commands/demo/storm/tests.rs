//! How act two is told, and how it ends.

use std::time::Duration;

use simulator::{Struck, Trouble};

use super::*;

fn ran(broken: &[(u64, &str)]) -> Ran {
    let struck = |times| Struck { seeds: 1, times };
    let tally = Tally {
        seeds: 100,
        orders: 5_000,
        events: 70_000,
        faults: [("F4-F5 crash", 7), ("F7 zombie", 5), ("F12 provider", 30)]
            .map(|(name, times)| (name.to_owned(), struck(times)))
            .into(),
        promises: [("S1", 3), ("S3", 4), ("S4", 10), ("S7", 6), ("L1", 5), ("L2", 0)].into(),
        ..Tally::default()
    };
    let broken = broken.iter().map(|(seed, what)| Broken {
        seed: *seed,
        what: (*what).to_owned(),
        story: String::new(),
    });
    Ran { tally, broken: broken.collect(), took: Duration::from_millis(1_040) }
}

#[test]
fn what_struck_and_the_books_are_told() {
    let told = Storm::of(7, &ran(&[])).lines();
    assert_eq!(
        told,
        [
            "  5000 orders in 100 histories, 70000 events, 42 faults, 1.0 s",
            "       7 crashes                             30 late, double or lost bank answers",
            "       5 zombies",
            "\nTheir books, added up by the same code",
            "  sold twice    0 · S1 and S3 · 7 checks",
            "  charged twice 0 · S4 · 10 checks",
            "  stranded      0 · S7 and L1 · 11 checks",
            "  promises 5 of 5 hold, 28 checks",
            "  again: orderctl demo --seed 7 · the next 100 histories: --seed 107",
        ]
    );
}

#[test]
fn a_broken_promise_ends_it_with_6_and_names_the_seed_and_the_promise() {
    let storm =
        Storm::of(7, &ran(&[(31, "S4: o-3: charged 2 times\nmore"), (40, "S4: o-9: charged 2 times")]));
    let failure = storm.verdict().unwrap_err();
    let line = "act two, seed 31: S4: o-3: charged 2 times; its story: cargo run --release -p simulator -- --seed 31";
    assert_eq!((failure.code(), failure.to_string().as_str()), (6, line));
    let told = storm.lines();
    for expected in
        ["  charged twice 2 · S4 · 10 checks", "  promises 4 of 5 hold, 28 checks", &format!("  {line}")]
    {
        assert!(told.iter().any(|told| told == expected), "{expected} is not in {told:#?}");
    }
}

#[test]
fn a_panic_counts_as_a_promise_that_is_broken() {
    let storm = Storm::of(7, &ran(&[(9, "panic: no words")]));
    assert_eq!((storm.promises_held, storm.promises_judged), (5, 6));
    assert!(storm.verdict().is_err());
}

#[test]
fn every_class_of_faults_has_its_words() {
    let classes = Trouble::ALL.into_iter().filter_map(Trouble::fault).chain(["F13 produce error"]);
    let untold: Vec<&str> = classes.filter(|class| FAULTS.iter().all(|(told, _)| told != class)).collect();
    assert_eq!(untold, [""; 0]);
}

#[test]
fn the_same_seed_gives_the_same_storm() {
    let told = || {
        let storm = Storm::of(7, &simulator::show(7, 2));
        serde_json::to_string(&Storm { elapsed_ms: 0, ..storm }).unwrap()
    };
    let first = told();
    assert_eq!(first, told());
    assert!(first.contains(r#""histories":2,"#) && first.contains(r#""broken":[]"#), "{first}");
}
