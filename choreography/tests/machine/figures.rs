//! Figures: there from the start, counted once for each committed fact, and shown by whoever runs the task.

use std::time::Duration;

use choreography::memory::CommitFate;

use crate::stage::{Member, PARTITIONS, Stage, home};

fn counted(member: &Member) -> [Option<f64>; 2] {
    ["first", "other"]
        .map(|nth| member.shows(&format!("toy_counted_total{{nth=\"{nth}\",service=\"order\"}}")))
}

fn of_task(member: &Member, figure: &str, subject: &str) -> Option<f64> {
    let partition = home(subject);
    member.shows(&format!("{figure}{{partition=\"{partition}\",service=\"order\"}}"))
}

fn lag(member: &Member, subject: &str) -> Option<f64> {
    let partition = home(subject);
    member.shows(&format!(
        "orders_lag_seconds{{partition=\"{partition}\",service=\"order\",topic=\"checkout\"}}"
    ))
}

#[test]
fn what_is_known_of_a_counters_labels_is_shown_at_zero_before_anything_happens() {
    let member = Stage::new().member("0");
    assert_eq!(counted(&member), [Some(0.0), Some(0.0)]);
    for series in [
        "orders_facts_emitted_total{event=\"Counted\",service=\"order\"}",
        "orders_facts_emitted_total{event=\"EventParked\",service=\"order\"}",
        "orders_transactions_undone_total{reason=\"unknown\",service=\"order\"}",
        "orders_kafka_errors_total{client=\"producer\",service=\"order\"}",
        "orders_reconnects_total{service=\"order\"}",
        "orders_tasks{service=\"order\"}",
    ] {
        assert_eq!(member.shows(series), Some(0.0), "{series}");
    }
}

#[test]
fn a_fact_is_counted_once_by_the_state_before_it() {
    let stage = Stage::new();
    let mut member = stage.member("0");
    for _ in 0..3 {
        stage.place("o-1", "");
    }
    stage.settle(&mut member);
    assert_eq!(counted(&member), [Some(1.0), Some(2.0)]);
}

#[test]
fn what_an_undone_transaction_said_is_not_counted() {
    let stage = Stage::new();
    let mut member = stage.member("0");
    stage.settle(&mut member);
    stage.place("o-1", "");
    member.faults.0.lock().unwrap().commits.extend([CommitFate::Abort, CommitFate::UnknownAborted]);
    while !stage.turn(&mut member).unwrap().undone {}
    assert_eq!(counted(&member), [Some(0.0), Some(0.0)]);
    stage.settle(&mut member);
    assert_eq!(counted(&member), [Some(1.0), Some(0.0)]);
    for reason in ["aborted", "unknown"] {
        let series = format!("orders_transactions_undone_total{{reason=\"{reason}\",service=\"order\"}}");
        assert_eq!(member.shows(&series), Some(1.0), "{reason}");
    }
}

#[test]
fn a_restore_counts_nothing_again_and_shows_how_things_stand() {
    let stage = Stage::new();
    let mut member = stage.member("0");
    stage.place("o-1", "ask price");
    stage.settle(&mut member);
    assert_eq!(of_task(&member, "toy_questions", "o-1"), Some(1.0));
    let mut successor = stage.member("0");
    stage.pass(Duration::from_secs(60));
    stage.settle(&mut successor);
    assert_eq!(counted(&successor), [Some(0.0), Some(0.0)]);
    assert_eq!(of_task(&successor, "toy_questions", "o-1"), Some(1.0));
    let age = of_task(&successor, "orders_oldest_open_seconds", "o-1").unwrap();
    assert!((60.0..61.0).contains(&age), "open for {age} s");
}

#[test]
fn the_oldest_open_subject_has_an_age_until_it_ends() {
    let stage = Stage::new();
    let mut member = stage.member("0");
    stage.place("o-1", "");
    stage.settle(&mut member);
    stage.pass(Duration::from_secs(30));
    stage.settle(&mut member);
    let age = of_task(&member, "orders_oldest_open_seconds", "o-1").unwrap();
    assert!((30.0..31.0).contains(&age), "open for {age} s");
    stage.cancel("o-1");
    stage.settle(&mut member);
    assert_eq!(of_task(&member, "orders_oldest_open_seconds", "o-1"), Some(0.0));
}

#[test]
fn a_record_that_nobody_takes_shows_its_age_and_none_when_it_is_taken() {
    let stage = Stage::new();
    let mut member = stage.member("0");
    stage.settle(&mut member);
    assert_eq!(lag(&member, "o-1"), Some(0.0));
    member.faults.0.lock().unwrap().deaf = true;
    stage.place("o-1", "");
    stage.pass(Duration::from_secs(90));
    stage.turn(&mut member).unwrap();
    let age = lag(&member, "o-1").unwrap();
    assert!((90.0..91.0).contains(&age), "{age} s behind");
    member.faults.0.lock().unwrap().deaf = false;
    stage.settle(&mut member);
    assert_eq!(lag(&member, "o-1"), Some(0.0));
}

#[test]
fn a_task_that_goes_elsewhere_takes_its_figures_along() {
    let stage = Stage::new();
    let mut first = stage.member("0");
    stage.place("o-1", "ask price");
    stage.settle(&mut first);
    assert_eq!(first.shows("orders_tasks{service=\"order\"}"), Some(f64::from(PARTITIONS)));
    let mut second = stage.member("1");
    for _ in 0..20 {
        stage.turn(&mut first).unwrap();
        stage.turn(&mut second).unwrap();
    }
    let shown = [&first, &second].map(|member| {
        let tasks = member.shows("orders_tasks{service=\"order\"}").unwrap();
        (tasks, of_task(member, "toy_questions", "o-1").is_some(), lag(member, "o-1").is_some())
    });
    assert_eq!(shown[0].0 + shown[1].0, f64::from(PARTITIONS), "{shown:?}");
    assert!(shown[0].0 > 0.0 && shown[1].0 > 0.0, "{shown:?}");
    assert_ne!(shown[0].1, shown[1].1, "exactly one shows the task: {shown:?}");
    assert_ne!(shown[0].2, shown[1].2, "exactly one shows the task: {shown:?}");
}
