//! Random schedules: crashes, aborts, doubts, expiries, lost positions, repeats; at the end every placement was
//! counted exactly once, in order, and the state is the fold of the log.

use choreography::{Fatal, Turned, memory::CommitFate};
use events_schema::{EventId, Topic};
use proptest::prelude::*;

use crate::stage::{Member, Stage, home, key, open};

#[derive(Clone, Copy, Debug)]
enum Step {
    Place(u8),
    Cancel(u8),
    Turn(u8),
    Fate(u8, CommitFate),
    Crash(u8),
    Expire(u8),
    ForgetPositions,
    Repeat(u8, i64),
    Misroute(u8),
}

fn step() -> impl Strategy<Value = Step> {
    let fate = prop_oneof![
        Just(CommitFate::Abort),
        Just(CommitFate::UnknownApplied),
        Just(CommitFate::UnknownAborted)
    ];
    prop_oneof![
        6 => (0..5u8).prop_map(Step::Place),
        1 => (0..5u8).prop_map(Step::Cancel),
        8 => (0..2u8).prop_map(Step::Turn),
        2 => (0..2u8, fate).prop_map(|(who, fate)| Step::Fate(who, fate)),
        1 => (0..2u8).prop_map(Step::Crash),
        1 => (0..2u8).prop_map(Step::Expire),
        1 => Just(Step::ForgetPositions),
        1 => (0..2u8, 0..3i64).prop_map(|(who, back)| Step::Repeat(who, back)),
        1 => (0..5u8).prop_map(Step::Misroute),
    ]
}

/// A fenced process ends and is started again, as its supervisor would.
fn turn(stage: &Stage, member: &mut Member, instance: &str) -> Turned {
    match stage.turn(member) {
        Ok(turned) => turned,
        Err(Fatal::Fenced(_)) => {
            *member = stage.member(instance);
            Turned { undone: true, ..Turned::default() }
        }
        Err(fatal) => panic!("{fatal}"),
    }
}

fn settle(stage: &Stage, members: &mut [Member; 2]) {
    let mut quiet = 0;
    for round in 0.. {
        if quiet >= 6 {
            return;
        }
        assert!(round < 1_000, "it never settles");
        for (at, member) in members.iter_mut().enumerate() {
            member.faults.0.lock().unwrap().repeats = 0;
            let turned = turn(stage, member, &at.to_string());
            quiet = if turned == Turned::default() { quiet + 1 } else { 0 };
        }
    }
}

fn run(steps: &[Step]) {
    let stage = Stage::new();
    let mut members = [stage.member("0"), stage.member("1")];
    let mut placed = 0usize;
    for step in steps {
        match step {
            Step::Place(n) => {
                stage.place(&format!("o-{n}"), "");
                placed += 1;
            }
            Step::Misroute(n) => {
                stage.write(Topic::Checkout, u16::from(*n) % 4, &format!("o-{n}"), &stage.placement(""));
                placed += 1;
            }
            Step::Cancel(n) => stage.cancel(&format!("o-{n}")),
            Step::Turn(who) => drop(turn(&stage, &mut members[usize::from(*who)], &who.to_string())),
            Step::Fate(who, fate) => {
                members[usize::from(*who)].faults.0.lock().unwrap().commits.push_back(*fate);
            }
            Step::Crash(who) => members[usize::from(*who)] = stage.member(&who.to_string()),
            Step::Expire(who) => stage.log.expire("order", &who.to_string()),
            Step::ForgetPositions => stage.log.forget_positions("order"),
            Step::Repeat(who, back) => members[usize::from(*who)].faults.0.lock().unwrap().repeats = *back,
        }
    }
    settle(&stage, &mut members);
    check(&stage, &members, placed);
}

fn check(stage: &Stage, members: &[Member; 2], placed: usize) {
    let told = stage.records(Topic::Orders);
    let mut ids: Vec<EventId> = told.iter().map(|record| open(record).id).collect();
    let counted = told.iter().filter(|record| open(record).kind == "Counted").count();
    assert_eq!(counted, placed, "every placement is counted once");
    ids.sort_unstable();
    ids.dedup();
    assert_eq!(ids.len(), told.len(), "no fact is there twice");
    for n in 0..5 {
        let subject = format!("o-{n}");
        let mut count = 0;
        let told_here = stage
            .log
            .committed_records(choreography::Input { topic: Topic::Orders, partition: home(&subject) });
        for told in stage.story_of(&subject, &told_here).into_iter().filter(|told| told != "EventForwarded") {
            count = if told == "Ended" { 0 } else { count + 1 };
            assert!(
                told == "Ended" || told == format!("Counted {count}"),
                "{told} after {count} of {subject}"
            );
        }
        let owner = members.iter().find_map(|member| member.worker.state(home(&subject))).unwrap();
        let known = owner.counts.get(&key(&subject)).copied().unwrap_or(0);
        assert_eq!(known, count, "the state is the fold of the log");
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, ..ProptestConfig::default() })]
    #[test]
    fn whatever_happens_every_placement_is_counted_exactly_once(steps in prop::collection::vec(step(), 1..120)) {
        run(&steps);
    }
}
