//! What reading costs on the heap: nothing for what is not consumed, next to nothing for what is.

use allocation_counter::{AllocationInfo, measure};
use events_schema::{
    EventId, NoHeaders, Place, Record, Source, Timestamp, Topic, kind,
    orders::{OrderAccepted, OrderConfirmed},
    peek_type, read,
};

const CONFIRMED: &str = include_str!("../samples/OrderConfirmed.v1.json");
const ACCEPTED: &str = include_str!("../samples/OrderAccepted.v1.json");
const PLACE: Place = Place { topic: Topic::Orders, partition: 1, offset: 42 };

fn record(text: &str) -> Record<'_> {
    Record {
        place: PLACE,
        appended: Timestamp(0),
        key: None,
        value: Some(text.as_bytes()),
        headers: &NoHeaders,
    }
}

fn allocations(work: impl FnOnce()) -> u64 {
    let AllocationInfo { count_total, .. } = measure(work);
    count_total
}

#[test]
fn what_is_not_consumed_costs_no_decode() {
    let skipped = allocations(|| {
        assert_eq!(peek_type(CONFIRMED.as_bytes()), Some("OrderConfirmed"));
        assert_eq!(kind(&record(ACCEPTED)).unwrap(), "OrderAccepted");
    });
    assert_eq!(skipped, 0);
    let garbage_behind_the_type = "{\"type\":\"OrderConfirmed\",!";
    assert_eq!(kind(&record(garbage_behind_the_type)).unwrap(), "OrderConfirmed");
}

#[test]
fn an_event_of_plain_values_is_read_without_the_heap() {
    assert_eq!(allocations(|| assert!(read::<OrderConfirmed>(&record(CONFIRMED)).is_ok())), 0);
}

#[test]
fn an_order_costs_one_list_on_the_heap() {
    assert_eq!(allocations(|| assert!(read::<OrderAccepted>(&record(ACCEPTED)).is_ok())), 1);
}

#[test]
fn an_id_is_made_without_the_heap() {
    let first = EventId::of_record(Source::Order, PLACE, "OrderAccepted", 0); // the namespaces are made once
    let made =
        allocations(|| assert_eq!(EventId::of_record(Source::Order, PLACE, "OrderAccepted", 0), first));
    assert_eq!(made, 0);
}
