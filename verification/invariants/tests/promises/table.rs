//! Every promise has at least two histories that it refuses.

const SOURCES: [&str; 8] = [
    include_str!("causes.rs"),
    include_str!("clients.rs"),
    include_str!("escrow.rs"),
    include_str!("facts.rs"),
    include_str!("goods.rs"),
    include_str!("money.rs"),
    include_str!("parked.rs"),
    include_str!("saga.rs"),
];

/// How often a promise is expected to be broken.
fn refused(promise: &str) -> usize {
    let sources = SOURCES.into_iter().chain([include_str!("runs.rs")]);
    let calls = sources.flat_map(|source| source.split(".breaks").skip(1));
    calls.filter(|call| call.split('"').nth(1) == Some(promise)).count()
}

#[test]
fn every_promise_refuses_two_histories_at_least() {
    let safety = (1..=19).map(|number| format!("S{number}"));
    for promise in safety.chain((1..=5).map(|number| format!("L{number}"))) {
        assert!(refused(&promise) >= 2, "{promise} refuses {} histories", refused(&promise));
    }
}
