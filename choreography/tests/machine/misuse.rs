//! A log that is used wrongly: what each rule of its clients is there for, seen by breaking it.

use choreography::{
    Fatal,
    memory::{CommitFate, Misuse},
};
use events_schema::Topic;

use crate::stage::{PARTITIONS, Stage, home};

/// A commit whose answer is lost, and the next attempt aborted: the story of the order then.
fn story_after_a_late_commit(misuse: Misuse) -> Vec<String> {
    let stage = Stage::new();
    let mut member = stage.member_with("0", misuse);
    stage.settle(&mut member);
    stage.place("o-1", "");
    let fates = [CommitFate::UnknownAborted, CommitFate::Abort];
    member.faults.0.lock().unwrap().commits.extend(fates);
    stage.settle(&mut member);
    stage.story("o-1")
}

#[test]
fn a_commit_that_comes_late_ends_no_newer_transaction_unless_the_producer_was_kept() {
    assert_eq!(story_after_a_late_commit(Misuse::None), ["Counted 1"]);
    let torn = story_after_a_late_commit(Misuse::KeepsProducer);
    assert_eq!(torn, ["Counted 1", "Counted 1"], "half a transaction was committed, and came again");
}

/// A misrouted placement that is sent on by a transaction that aborts, and then by one that commits.
fn story_after_an_aborted_forward(misuse: Misuse) -> Vec<String> {
    let stage = Stage::new();
    let mut member = stage.member_with("0", misuse);
    stage.settle(&mut member);
    let wrong = (home("o-1") + 1) % PARTITIONS;
    stage.write(Topic::Checkout, wrong, "o-1", &stage.placement(""));
    member.faults.0.lock().unwrap().commits.push_back(CommitFate::Abort);
    stage.settle(&mut member);
    stage.story("o-1").into_iter().filter(|told| told.starts_with("Counted")).collect()
}

#[test]
fn what_was_aborted_is_not_taken_unless_the_reader_reads_uncommitted() {
    assert_eq!(story_after_an_aborted_forward(Misuse::None), ["Counted 1"]);
    assert_eq!(story_after_an_aborted_forward(Misuse::ReadsUncommitted), ["Counted 1", "Counted 2"]);
}

/// Two processes at work on all partitions: how often one of them was put out by the other.
fn fenced(misuse: Misuse) -> usize {
    let stage = Stage::new();
    let mut members = [stage.member_with("0", misuse), stage.member_with("1", misuse)];
    let mut fenced = 0;
    for round in 0..20 {
        stage.place(&format!("o-{round}"), "");
        for (at, member) in members.iter_mut().enumerate() {
            match stage.turn(member) {
                Ok(_) => {}
                Err(Fatal::Fenced(_)) => {
                    fenced += 1;
                    *member = stage.member_with(&at.to_string(), misuse);
                }
                Err(fatal) => panic!("{fatal}"),
            }
        }
    }
    fenced
}

#[test]
fn two_processes_leave_each_other_alone_unless_they_share_a_transactional_id() {
    assert_eq!(fenced(Misuse::None), 0);
    assert!(fenced(Misuse::SharesTransactionalId) > 3);
}
