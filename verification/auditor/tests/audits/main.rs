//! The auditor from outside: what it reads, says and ends with, on an embedded broker and on a real one.
//!
//! Scenarios run on librdkafka's mock broker and, when `ORDERS_TEST_BROKERS` names one, on a real Kafka.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails where it stands")]

mod past;
mod stage;

mod following;
mod layout;
mod log;
mod outside;
mod settling;

macro_rules! scenarios {
    ($($file:ident :: $name:ident,)+) => {
        mod mock_broker {
            $(#[test] fn $name() { crate::$file::$name(&crate::stage::Stage::mock()); })+
        }
        mod kafka_broker {
            $(#[test] fn $name() {
                if let Some(stage) = crate::stage::Stage::kafka() {
                    crate::$file::$name(&stage);
                }
            })+
        }
    };
}

scenarios! {
    log::a_sound_log_holds,
    log::a_double_charge_is_named_with_its_order_its_events_and_its_story,
    log::an_event_without_its_cause_is_told_and_hides_nothing,
    log::what_is_no_event_is_counted,
    log::a_page_for_people_says_the_same,
    outside::a_ledger_with_one_charge_too_many_breaks_s4,
    outside::a_ledger_is_read_from_an_address,
    outside::money_that_the_provider_never_took_breaks_s5,
    outside::an_acknowledged_order_that_is_not_on_the_log_breaks_s13,
    outside::a_view_that_runs_ahead_of_the_log_breaks_s18,
    outside::a_ledger_that_cannot_be_read_ends_with_2,
    settling::the_end_is_not_judged_while_somebody_is_behind,
    settling::a_shop_that_does_not_settle_in_time_ends_with_5_and_says_who_is_behind,
    settling::an_order_that_never_ends_is_held_against_the_promises,
    following::a_breach_that_comes_later_is_told_and_counted,
    following::credentials_change_under_it_and_nothing_is_read_twice,
}
