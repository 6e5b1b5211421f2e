//! The roll of orders of every fate.

use super::*;
use crate::fold::stories::{self, key, moments};

fn roll(records: &[events_schema::OwnedRecord]) -> Roll {
    let mut roll = Roll::default();
    records.iter().for_each(|record| roll.hear(&record.as_record(), Timestamp::default()));
    roll
}

#[test]
fn topic_after_topic_tells_the_same_story_as_event_after_event() {
    for records in stories::all() {
        let entry = &roll(&records).0[&key("o-1")];
        assert_eq!(entry.story, moments(&records).last().unwrap().story);
    }
}

#[test]
fn an_order_that_came_to_rest_is_not_open() {
    for records in stories::all() {
        assert_eq!(roll(&records).open(), []);
    }
}

#[test]
fn an_order_in_the_middle_is_open_with_its_owner() {
    let records = stories::completed();
    // Whatever payment said is not there yet.
    let early: Vec<_> = records
        .into_iter()
        .filter(|record| {
            let topic = record.place.topic;
            topic != events_schema::Topic::Payments
        })
        .filter(|record| !moments_after_payment(record))
        .collect();
    let roll = roll(&early);
    let open = roll.open();
    assert_eq!((open.len(), open[0].order, open[0].wait.on), (1, key("o-1"), Who::Payment));
    assert_eq!(roll.pulse(Timestamp::default()).open, BTreeMap::from([(Who::Payment, 1)]));
}

fn moments_after_payment(record: &events_schema::OwnedRecord) -> bool {
    let record = record.as_record();
    let late = ["OrderConfirmed", "OrderCompleted", "StockShipped"];
    kind(&record).is_ok_and(|kind| late.contains(&kind.as_ref()))
}

#[test]
fn fates_are_counted_with_their_reasons() {
    let fate = |records: &[events_schema::OwnedRecord]| {
        let fates = roll(records).fates();
        assert_eq!((fates.len(), fates[0].orders), (1, 1));
        (fates[0].status, fates[0].reason.clone(), fates[0].took.is_some())
    };
    assert_eq!(fate(&stories::completed()), ("completed", String::new(), true));
    assert_eq!(fate(&stories::declined()), ("cancelled", "payment_failed".to_owned(), true));
    assert_eq!(fate(&stories::rejected()), ("rejected", "bad_quantity".to_owned(), true));
}

#[test]
fn a_refund_that_has_not_come_is_pending() {
    let moments = moments(&stories::refunded());
    let owing: Vec<&str> = moments
        .iter()
        .filter(|timeline| timeline.story.owes_refund())
        .map(|timeline| timeline.steps.last().unwrap().event.as_str())
        .collect();
    assert_eq!(owing, ["PaymentCaptured", "RefundStarted"]);
}

#[test]
fn what_began_before_the_stretch_is_no_order_of_it() {
    let records: Vec<_> = stories::completed()
        .into_iter()
        .filter(|record| record.place.topic == events_schema::Topic::Payments)
        .collect();
    assert_eq!(roll(&records).orders().count(), 0);
}
