//! Event ids: the documented bytes, and no two alike.

use std::collections::HashSet;

use events_schema::{EventId, Key, Place, Source, Topic};
use proptest::prelude::*;
use uuid::Uuid;

fn of_record(emitter: Source, place: &str, event: &str, ordinal: usize) -> String {
    EventId::of_record(emitter, place.parse().expect("a place"), event, ordinal).to_string()
}

fn of_fact(emitter: Source, cause: &str, event: &str, ordinal: usize) -> String {
    EventId::of_fact(emitter, EventId::from(cause.parse::<Key>().expect("an id")), event, ordinal).to_string()
}

/// The expected ids were computed with Python: `uuid5(uuid5(NAMESPACE_URL, "urn:orders:<emitter>"), name)`.
#[test]
fn ids_are_the_documented_uuids() {
    use Source::{Inventory, Order, Payment};
    let record = [
        (Order, "checkout-3@1234", "OrderAccepted", 0, "afb4b072-6d4f-5fb2-969b-3b425bdab562"),
        (Order, "checkout-0@0", "OrderRejected", 0, "2aa893cb-9506-5c80-97a7-24a6160d8a70"),
        (Inventory, "orders-3@77", "StockReserved", 0, "18cb7d61-1cdf-5ab3-9968-09597e185436"),
        (Payment, "inventory-3@12", "PaymentStarted", 1, "be66f84b-abeb-5fde-a30f-10ad406863fe"),
    ];
    for (emitter, place, event, ordinal, expected) in record {
        assert_eq!(of_record(emitter, place, event, ordinal), expected);
    }
    let fact = of_fact(Payment, "01932e4f-9c00-7000-8000-000000000001", "PaymentCaptured", 0);
    assert_eq!(fact, "29afc873-553f-5b1e-b0aa-45406965f0d9");
    let named_by_place = |place: &str| EventId::of_place(place.parse().unwrap()).to_string();
    assert_eq!(named_by_place("checkout-3@1234"), "2b35bba6-843e-5c93-8034-59511fba3a85");
    assert_eq!(named_by_place("customers-11@0"), "9686cb70-bfdc-5145-8613-85e09a67ff66");
}

/// Computed as above.
#[test]
fn the_longest_names_are_not_cut() {
    let place = "inventory-parked-65535@9223372036854775807";
    let id = of_record(Source::Inventory, place, "OrderCancellationRequested", usize::MAX);
    assert_eq!(id, "b88d9664-d6e8-508e-a5d7-2a057c5f80a9");
    let cause = "z".repeat(64);
    assert_eq!(of_fact(Source::Order, &cause, "OrderCancelled", 0), "a59f061b-3f4f-54a7-af50-68f31718ed65");
    assert_eq!(of_fact(Source::Order, &cause, "OrderCancelled", 1), "61a47a9d-1077-5f77-a7d6-4b60c580319c");
}

#[test]
fn no_two_emitters_places_types_or_ordinals_share_an_id() {
    let mut seen = HashSet::new();
    let mut expected = 0;
    for emitter in Source::ALL {
        for topic in Topic::ALL {
            for (partition, offset) in
                (0..12).flat_map(|partition| (0..12).map(move |offset| (partition, offset)))
            {
                let place = Place { topic, partition, offset };
                for (event, ordinal) in [("StockAdded", 0), ("StockAdded", 1), ("StockAllotted", 0)] {
                    seen.insert(EventId::of_record(emitter, place, event, ordinal));
                    let cause = EventId::of_place(place);
                    seen.insert(EventId::of_fact(emitter, cause, event, ordinal));
                    expected += 2;
                }
            }
        }
    }
    assert_eq!(seen.len(), expected);
}

proptest! {
    #[test]
    fn ids_agree_with_another_implementation_of_uuid_5(
        partition in 0_u16.., offset in 0_i64.., ordinal in 0_usize.., emitter in 0_usize..5, topic in 0_usize..12,
        cause in "[A-Za-z0-9._-]{1,64}",
    ) {
        let (emitter, topic) = (Source::ALL[emitter], Topic::ALL[topic]);
        let namespace = Uuid::new_v5(&Uuid::NAMESPACE_URL, format!("urn:orders:{emitter}").as_bytes());
        let uuid = |name: String| Uuid::new_v5(&namespace, name.as_bytes()).to_string();
        let place = Place { topic, partition, offset };
        let of_record = EventId::of_record(emitter, place, "StockAllotted", ordinal).to_string();
        prop_assert_eq!(of_record, uuid(format!("{topic}/{partition}/{offset}/StockAllotted/{ordinal}")));
        let of_fact = EventId::of_fact(emitter, EventId::from(cause.parse::<Key>().unwrap()), "RefundFailed", ordinal);
        prop_assert_eq!(of_fact.to_string(), uuid(format!("{cause}/RefundFailed/{ordinal}")));
    }

    #[test]
    fn a_place_reads_as_it_prints(partition in 0_u16.., offset in 0_i64.., topic in 0_usize..12) {
        let place = Place { topic: Topic::ALL[topic], partition, offset };
        prop_assert_eq!(place.to_string().parse::<Place>().unwrap(), place);
        prop_assert_eq!(place.as_key().to_string(), format!("{}.{partition}.{offset}", place.topic));
    }
}
