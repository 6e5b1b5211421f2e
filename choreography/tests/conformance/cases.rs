//! The cases, written against the ports.

use std::{
    collections::BTreeSet,
    sync::mpsc::{self, RecvTimeoutError},
    thread,
    time::{Duration, Instant},
};

use choreography::{Failed, Fatal, Input, Outgoing, Position};
use events_schema::{Headers, Timestamp, Topic};

use crate::{
    member::{BOUND, Member, eventually},
    tier::{PARTITIONS, Tier, first_of},
};

/// How long something that must wait is watched waiting.
const STILL: Duration = Duration::from_millis(700);

fn settled(tier: &dyn Tier) -> Member {
    tier.open("order", "0").unwrap().settled(PARTITIONS.into())
}

fn orders() -> Input {
    first_of(Topic::Orders)
}

fn at(topic: Topic, next: i64) -> Position {
    Position { input: first_of(topic), next }
}

pub fn a_commit_makes_records_and_positions_visible_together(tier: &dyn Tier) {
    let mut member = settled(tier);
    let mut reader = tier.open("payment", "0").unwrap();
    reader.assign(orders(), 0);
    member.append(orders(), "placed").unwrap();
    eventually("record on the log", || tier.raw(orders()) == ["placed"]);
    let before = reader.poll(10, STILL).len();
    assert_eq!(before, usize::from(!tier.features().isolation));
    assert_eq!(member.source.committed(&[first_of(Topic::Checkout)]).unwrap(), [None]);

    member.sink.commit(&[at(Topic::Checkout, 5)]).unwrap();
    if tier.features().isolation {
        assert_eq!(reader.values(1), ["placed"]);
    }
    if tier.features().stored_positions {
        assert_eq!(member.source.committed(&[first_of(Topic::Checkout)]).unwrap(), [Some(5)]);
    }
}

pub fn an_aborted_record_is_hidden_where_there_is_isolation(tier: &dyn Tier) {
    let mut member = settled(tier);
    member.append(orders(), "aborted").unwrap();
    eventually("record on the log", || tier.raw(orders()) == ["aborted"]);
    member.sink.abort().unwrap();
    member.append(orders(), "committed").unwrap();
    member.sink.commit(&[]).unwrap();
    member.assign(orders(), 0);
    match tier.features().isolation {
        true => assert_eq!(member.values(1), ["committed"]),
        // This is how one sees which log one is on.
        false => assert_eq!(member.values(2), ["aborted", "committed"]),
    }
}

pub fn positions_of_topics_the_group_never_subscribed_to_are_read_back(tier: &dyn Tier) {
    let mut member = settled(tier);
    let topics = [Topic::Checkout, Topic::Payments, Topic::Orders, Topic::Inventory];
    member.sink.commit(&[at(Topic::Checkout, 7), at(Topic::Payments, 0), at(Topic::Orders, 3)]).unwrap();
    member.sink.commit(&[at(Topic::Checkout, 8)]).unwrap();
    let committed = member.source.committed(&topics.map(first_of)).unwrap();
    assert_eq!(committed, [Some(8), Some(0), Some(3), None]);
}

pub fn committed_waits_for_an_open_transaction_of_another_producer(tier: &dyn Tier) {
    let release = tier.hold_open("order", orders(), first_of(Topic::Checkout), 9);
    let mut member = tier.open("order", "0").unwrap();
    let committed =
        waits_until(release, move || member.source.committed(&[first_of(Topic::Checkout)]).unwrap());
    assert_eq!(committed, [Some(9)]);
}

pub fn replay_delivers_all_and_ends_at_the_uncommitted_end(tier: &dyn Tier) {
    let mut member = settled(tier);
    for value in ["a", "b", "c"] {
        member.append(orders(), value).unwrap();
        member.sink.commit(&[]).unwrap();
    }
    let end = ends_at(&mut member, if tier.features().markers { 6 } else { 3 });
    assert_eq!(member.replayed(orders()), (["a", "b", "c"].map(str::to_owned).to_vec(), end));
    let mut none = |_: events_schema::Record<'_>| panic!("there is nothing after the end");
    assert_eq!(member.source.replay(orders(), end, &mut none).unwrap(), end);
}

/// A commit is over before its markers are written.
fn ends_at(member: &mut Member, end: i64) -> i64 {
    eventually("marker", || member.source.bounds(orders()).unwrap().end == end);
    end
}

pub fn replay_waits_for_an_open_transaction(tier: &dyn Tier) {
    let mut member = settled(tier);
    member.append(orders(), "before").unwrap();
    member.sink.commit(&[]).unwrap();
    ends_at(&mut member, 2);
    let release = tier.hold_open("other", orders(), first_of(Topic::Checkout), 9);
    let (values, next) = waits_until(release, move || member.replayed(orders()));
    // Before, its marker, and what was open; that one's marker is after the end as it was at the call.
    assert_eq!((values, next), (vec!["before".to_owned(), "held".to_owned()], 3));
}

/// What `wait` returns; it must not return before `release` was called.
fn waits_until<T: Send + 'static>(
    release: Box<dyn FnOnce()>,
    wait: impl FnOnce() -> T + Send + 'static,
) -> T {
    let (tell, told) = mpsc::channel();
    let waiting = thread::spawn(move || tell.send(wait()).unwrap());
    let early = told.recv_timeout(STILL).map(|_| ());
    assert_eq!(early, Err(RecvTimeoutError::Timeout), "it did not wait");
    release();
    let late = told.recv_timeout(BOUND).unwrap();
    waiting.join().unwrap();
    late
}

pub fn position_passes_the_marker_of_the_last_transaction(tier: &dyn Tier) {
    let mut member = settled(tier);
    member.assign(orders(), 0);
    member.append(orders(), "a").unwrap();
    assert_eq!(member.source.position(orders()).unwrap(), 0);
    member.sink.commit(&[]).unwrap();
    assert_eq!(member.values(1), ["a"]);
    let end = ends_at(&mut member, if tier.features().markers { 2 } else { 1 });
    eventually("position at the end", || {
        assert!(member.poll(1, Duration::from_millis(10)).is_empty());
        let position = member.source.position(orders()).unwrap();
        assert!(position <= end, "{position} is past the end {end}");
        position == end
    });
    // Not one further once the client has told the end.
    assert!(member.poll(1, STILL).is_empty());
    assert_eq!(member.source.position(orders()).unwrap(), end);
    tier.produce(orders(), &["b"]);
    assert_eq!(member.values(1), ["b"]);
    assert_eq!(member.source.position(orders()).unwrap(), end + 1);
}

pub fn assign_rewinds_whatever_was_fetched_ahead(tier: &dyn Tier) {
    let mut member = tier.open("order", "0").unwrap();
    let written: Vec<String> = (0..500).map(|number| format!("{number}")).collect();
    tier.produce(orders(), &written.iter().map(String::as_str).collect::<Vec<&str>>());
    for round in 0..20 {
        member.assign(orders(), 0);
        assert_eq!(member.values(10 + round), written[..10 + round]);
        member.assign(orders(), 3);
        assert_eq!(member.source.position(orders()).unwrap(), 3);
        assert_eq!(member.values(497), written[3..]);
        assert_eq!(member.source.position(orders()).unwrap(), 500);
    }
    member.source.assign(&[]).unwrap();
    assert!(member.poll(1, STILL).is_empty());
}

pub fn a_record_keeps_its_key_value_headers_and_time(tier: &dyn Tier) {
    let mut member = settled(tier);
    let (to, time) = (first_of(Topic::OrderParked), Timestamp::from_millis(1_234_567_890_123));
    let headers: &[(&str, &[u8])] = &[("reason", b"invalid"), ("raw", b"\x00\xff"), ("reason", b"again")];
    member.sink.append(Outgoing { to, time, key: Some(b"\x00k"), value: Some(b""), headers }).unwrap();
    member.sink.append(Outgoing { to, time, key: None, value: None, headers: &[] }).unwrap();
    member.sink.commit(&[]).unwrap();
    member.assign(to, 0);
    let mut records = Vec::new();
    eventually("records", || {
        records.extend(member.poll(2, Duration::from_millis(50)));
        records.len() == 2
    });
    assert_eq!(
        (records[0].place.topic, records[0].place.partition, records[0].place.offset),
        (to.topic, 0, 0)
    );
    assert_eq!(records[0].appended, time);
    assert_eq!(
        (records[0].key.as_deref(), records[0].value.as_deref()),
        (Some(&b"\x00k"[..]), Some(&b""[..]))
    );
    let owned: Vec<(&str, &[u8])> =
        records[0].headers.iter().map(|(name, value)| (&**name, &**value)).collect();
    assert_eq!(owned, headers);
    assert_eq!(records[0].headers.get("reason"), Some(&b"invalid"[..]));
    assert_eq!((&records[1].key, &records[1].value, records[1].headers.len()), (&None, &None, 0));
}

pub fn a_stale_membership_is_refused_as_aborted(tier: &dyn Tier) {
    let mut member = settled(tier);
    member.append(orders(), "under a lease that is gone").unwrap();
    tier.oust("order", "0");
    let refused = member.sink.commit(&[at(Topic::Checkout, 5)]).unwrap_err();
    assert!(matches!(refused, Failed::Aborted(_)), "{refused:?}");
    let mut reader = tier.open("payment", "0").unwrap();
    assert_eq!(reader.replayed(orders()).0, [""; 0]);
}

pub fn a_second_process_with_the_same_identity_fences_the_first(tier: &dyn Tier) {
    let mut first = settled(tier);
    first.append(orders(), "of the first").unwrap();
    let mut second = settled(tier);
    let refused = first.sink.commit(&[at(Topic::Checkout, 5)]).unwrap_err();
    assert!(matches!(refused, Failed::Fatal(Fatal::Fenced(_))), "{refused:?}");
    let mut ended = None;
    eventually("end of the first", || {
        ended = first.serve().err();
        ended.is_some()
    });
    assert!(matches!(ended, Some(Fatal::Fenced(_))), "{ended:?}");
    second.append(orders(), "of the second").unwrap();
    second.sink.commit(&[at(Topic::Checkout, 6)]).unwrap();
    assert_eq!(second.replayed(orders()).0, ["of the second"]);
    assert_eq!(second.source.committed(&[first_of(Topic::Checkout)]).unwrap(), [Some(6)]);
}

pub fn every_partition_has_exactly_one_owner_when_a_member_comes_late(tier: &dyn Tier) {
    let open = |instance: &str| tier.open("order", instance).unwrap();
    let mut members = vec![open("a"), open("b"), open("c")];
    shared_out(&mut members);
    members.push(open("late"));
    shared_out(&mut members);
    assert!(members.iter().all(|member| member.held.len() == 1));
}

/// Serves all until each partition has an owner and each member has something; never may one have two owners.
fn shared_out(members: &mut [Member]) {
    eventually("fair leases", || {
        for at in 0..members.len() {
            members[at].serve().unwrap();
            let mut owned = BTreeSet::new();
            for partition in members.iter().flat_map(|member| &member.held) {
                assert!(owned.insert(*partition), "partition {partition} has two owners");
            }
        }
        let owned: usize = members.iter().map(|member| member.held.len()).sum();
        owned == usize::from(PARTITIONS) && members.iter().all(|member| !member.held.is_empty())
    });
}

pub fn a_record_that_is_too_large_is_refused_without_losing_the_transaction(tier: &dyn Tier) {
    let mut member = settled(tier);
    member.append(orders(), "small").unwrap();
    let refused = member.append_bytes(orders(), &vec![b'x'; 3 << 20]).unwrap_err();
    assert!(matches!(refused, Failed::TooLarge(_)), "{refused:?}");
    // A parked record of a megabyte and its headers still fits where parked records go.
    member.append_bytes(first_of(Topic::OrderParked), &vec![b'x'; (1 << 20) + 20_000]).unwrap();
    member.sink.commit(&[]).unwrap();
    assert_eq!(member.replayed(orders()).0, ["small"]);
    assert_eq!(member.replayed(first_of(Topic::OrderParked)).0[0].len(), (1 << 20) + 20_000);
}

pub fn an_aborted_transaction_leaves_the_sink_usable(tier: &dyn Tier) {
    let mut member = settled(tier);
    member.sink.abort().unwrap();
    for round in 0..5 {
        for number in 0..200 {
            let to = Input { topic: Topic::Payments, partition: number % PARTITIONS };
            member.append(to, &format!("aborted in round {round}")).unwrap();
        }
        member.sink.abort().unwrap();
        member.append(orders(), &format!("{round}")).unwrap();
        member.sink.commit(&[at(Topic::Checkout, round)]).unwrap();
    }
    assert_eq!(member.replayed(orders()).0, ["0", "1", "2", "3", "4"]);
}

#[expect(clippy::disallowed_methods, reason = "it measures")]
pub fn a_small_commit_takes_less_than_50_ms(tier: &dyn Tier) {
    let mut member = settled(tier);
    let mut next = 0;
    let mut median = || {
        let mut taken: Vec<Duration> = (0..20)
            .map(|_| {
                next += 1;
                member.append(orders(), "small").unwrap();
                let begun = Instant::now();
                member.sink.commit(&[at(Topic::Checkout, next)]).unwrap();
                begun.elapsed()
            })
            .collect();
        taken.sort();
        taken[10]
    };
    // Other work on the machine, and a broker that is still warming up, only ever add to it.
    let rounds = [median(), median(), median()];
    println!("{}: medians {rounds:?}", tier.name());
    assert!(rounds.iter().min() < Some(&Duration::from_millis(50)), "{rounds:?}");
}
