//! Who hears what is told of events that exist, on topics where they stand; and nobody is forgotten.

use std::collections::BTreeSet;

use events_schema::{
    Source, Topic,
    flow::FOR_OTHERS,
    schema::{self, Described},
};

fn described(event: &str) -> Described {
    let of = schema::all().into_iter().find(|described| described.event == event);
    of.unwrap_or_else(|| panic!("no event is called {event}"))
}

#[test]
fn what_is_heard_stands_on_the_topic_it_is_heard_on() {
    for service in Source::SERVICES {
        for hears in service.hears() {
            for event in hears.events {
                let stands_on = described(event).topics;
                assert!(stands_on.contains(&hears.topic), "{service} hears {event} on {}", hears.topic);
            }
        }
    }
}

#[test]
fn tables_are_the_topics_that_stand_in_full_on_every_partition() {
    for hears in Source::SERVICES.iter().flat_map(|service| service.hears()) {
        assert_eq!(hears.is_table, hears.topic.is_compacted(), "{}", hears.topic);
    }
}

#[test]
fn every_event_is_heard_by_a_service_or_is_for_somebody_else_and_never_both() {
    for described in schema::all() {
        let (heard, others) = (!described.listeners().is_empty(), described.for_others());
        assert_eq!(heard, others.is_none(), "{}: {:?}, {others:?}", described.event, described.listeners());
    }
    let named: BTreeSet<&str> = FOR_OTHERS.iter().map(|(event, _)| described(event).event).collect();
    assert_eq!(named.len(), FOR_OTHERS.len(), "an event is named twice");
}

#[test]
fn every_topic_but_tables_and_dead_letters_has_a_consumer() {
    for topic in Topic::ALL {
        let consumed = topic.consumers().next().is_some();
        assert_eq!(consumed, !topic.is_parked() && !topic.is_compacted(), "{topic}");
    }
    assert_eq!(Source::Cli.inputs().count(), 0);
}
