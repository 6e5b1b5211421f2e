//! What every log must do, whichever adapter it is: one list of cases, run over the memory adapter, over librdkafka's
//! mock broker and, when `ORDERS_TEST_BROKERS` names one, over a real broker.
#![allow(clippy::unwrap_used, reason = "a test may unwrap")]

#[path = "conformance/cases.rs"]
mod cases;
#[path = "conformance/kafka_only.rs"]
mod kafka_only;
#[path = "conformance/kafka_tier.rs"]
mod kafka_tier;
#[path = "conformance/member.rs"]
mod member;
#[path = "conformance/memory_tier.rs"]
mod memory_tier;
#[path = "conformance/mock_tier.rs"]
mod mock_tier;
#[path = "conformance/outsider.rs"]
mod outsider;
#[path = "conformance/tier.rs"]
mod tier;

use tier::{Features, Tier};

/// Runs a case where the tier has what it needs, and says so where it has not.
fn run(tier: &dyn Tier, name: &str, needs: fn(&Features) -> bool, case: fn(&dyn Tier)) {
    match needs(&tier.features()) {
        true => case(tier),
        false => println!("not applicable: {} cannot show that {name}", tier.name()),
    }
}

/// One test per case and tier, and the list of the cases themselves.
macro_rules! conformance {
    ($($name:ident needs $needs:expr;)*) => {
        const CASES: &[(&str, fn(&Features) -> bool)] = &[$((stringify!($name), $needs)),*];
        mod memory { use super::*; $(#[test] fn $name() {
            run(&memory_tier::MemoryTier::new(), stringify!($name), $needs, cases::$name);
        })* }
        mod mock { use super::*; $(#[test] fn $name() {
            run(&mock_tier::MockTier::new(), stringify!($name), $needs, cases::$name);
        })* }
        mod kafka { use super::*; $(#[test] fn $name() {
            if let Some(tier) = kafka_tier::KafkaTier::new() {
                run(&tier, stringify!($name), $needs, cases::$name);
            }
        })* }
    };
}

conformance! {
    a_commit_makes_records_and_positions_visible_together needs |_| true;
    an_aborted_record_is_hidden_where_there_is_isolation needs |_| true;
    positions_of_topics_the_group_never_subscribed_to_are_read_back needs |has| has.stored_positions;
    committed_waits_for_an_open_transaction_of_another_producer needs |has| has.waits && has.stored_positions;
    replay_delivers_all_and_ends_at_the_uncommitted_end needs |_| true;
    replay_waits_for_an_open_transaction needs |has| has.waits && has.isolation;
    position_passes_the_marker_of_the_last_transaction needs |_| true;
    assign_rewinds_whatever_was_fetched_ahead needs |_| true;
    a_record_keeps_its_key_value_headers_and_time needs |_| true;
    a_stale_membership_is_refused_as_aborted needs |has| has.stale_members;
    a_second_process_with_the_same_identity_fences_the_first needs |has| has.fencing;
    every_partition_has_exactly_one_owner_when_a_member_comes_late needs |_| true;
    a_record_that_is_too_large_is_refused_without_losing_the_transaction needs |_| true;
    an_aborted_transaction_leaves_the_sink_usable needs |_| true;
    a_small_commit_takes_less_than_50_ms needs |_| true;
}

#[test]
fn what_a_tier_cannot_show_is_written_down() {
    let lacks = |features: Features| -> Vec<&str> {
        CASES.iter().filter(|(_, needs)| !needs(&features)).map(|(name, _)| *name).collect()
    };
    assert_eq!(lacks(kafka_tier::FEATURES), [""; 0]);
    let waiting = [
        "committed_waits_for_an_open_transaction_of_another_producer",
        "replay_waits_for_an_open_transaction",
    ];
    assert_eq!(lacks(memory_tier::FEATURES), waiting);
    let mock = [
        "positions_of_topics_the_group_never_subscribed_to_are_read_back",
        waiting[0],
        waiting[1],
        "a_stale_membership_is_refused_as_aborted",
        "a_second_process_with_the_same_identity_fences_the_first",
    ];
    assert_eq!(lacks(mock_tier::FEATURES), mock);
}
