//! `orderctl` from outside: what it prints, writes and answers, on an embedded broker and on a real one.
//!
//! Scenarios run on librdkafka's mock broker and, when `ORDERS_TEST_BROKERS` names one, on a real Kafka.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails where it stands")]

mod collector;
mod facts;
mod stage;

mod auditing;
#[cfg(feature = "tls")]
mod encrypted;
mod explaining;
mod looking;
mod parking;
mod placing;
mod real;
mod reconciling;
mod registry;
mod repairing;
mod schemas;
mod stocking;
mod stranded;
mod traces;
mod usage;

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
    placing::an_order_stands_on_the_partition_of_its_id,
    placing::a_file_of_orders_is_placed_line_by_line,
    placing::many_orders_each_have_their_own_id,
    placing::a_wrong_line_is_told_and_the_lines_before_it_stand,
    placing::waiting_ends_with_0_when_the_order_completes,
    placing::waiting_ends_with_3_and_the_reasons_when_it_is_rejected,
    placing::waiting_ends_with_4_when_it_is_cancelled,
    placing::waiting_ends_with_5_when_nobody_answers,
    placing::a_placement_given_up_is_an_order_refused,
    placing::a_cancellation_goes_to_the_partition_of_its_order,
    looking::a_completed_order_is_traced_over_all_services,
    looking::a_placement_gone_astray_is_found,
    looking::an_unknown_order_is_told_from_an_empty_one,
    looking::orders_are_listed_by_where_they_stand,
    looking::tail_shows_what_is_there_and_ends,
    looking::a_value_over_several_lines_stays_one_line_of_json,
    looking::a_closed_pipe_ends_it_quietly,
    looking::ctrl_c_ends_tail_with_130,
    explaining::why_names_the_owner_of_the_next_step_and_the_evidence,
    explaining::why_says_how_an_order_ended,
    explaining::stuck_lists_what_is_open_with_its_owner_and_leaves_out_what_rests,
    explaining::a_parked_order_is_explained_with_the_command_that_resumes_it,
    explaining::orders_are_listed_by_customer_and_product,
    explaining::the_past_is_told_as_it_was_known_then,
    explaining::the_past_of_a_product_is_told_too,
    explaining::watch_ends_when_the_order_has_come_to_rest,
    explaining::a_trace_stands_as_a_tree_of_causes,
    explaining::orders_are_counted_by_fate,
    explaining::top_tells_rates_and_what_is_open,
    stocking::the_books_add_up_over_all_partitions,
    stocking::the_history_of_a_product_names_its_orders,
    stocking::warehouse_events_stand_on_the_partition_of_their_sku,
    stocking::the_catalog_shows_the_newest_word_on_a_product,
    auditing::an_order_charged_twice_ends_the_audit_with_6_and_is_named,
    auditing::an_audit_of_nothing_holds,
    auditing::a_shop_that_has_not_settled_in_time_ends_with_5,
    parking::a_parked_record_is_listed_shown_and_resumed_where_it_stands,
    parking::a_dry_run_writes_nothing_and_shows_what_waits,
    parking::a_corrected_event_names_the_one_whose_place_it_takes,
    parking::a_correction_that_is_none_is_refused,
    parking::a_decided_record_waits_no_more,
    repairing::what_a_cancelled_order_keeps_is_asked_back_only_with_yes,
    repairing::a_repair_that_an_order_does_not_need_is_refused,
    reconciling::a_ledger_that_says_what_the_log_says_ends_with_0,
    reconciling::a_charge_the_log_does_not_know_ends_with_6_and_is_named,
    reconciling::what_was_said_after_the_ledger_was_taken_is_under_way,
    parking::a_subject_parked_at_two_services_must_be_told_apart,
    traces::a_saga_that_ends_well_is_one_trace_over_three_services,
    traces::a_declined_and_a_cancelled_saga_are_each_one_trace,
    traces::a_parked_saga_goes_on_in_its_own_trace_linked_to_who_resumed_it,
}
