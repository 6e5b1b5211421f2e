//! The map of this choreography: it is up to date, and nothing on it is wrong. Each kind of wrong is shown to be found.

use std::{collections::BTreeSet, fs, sync::LazyLock};

use events_schema::{Source, Topic, flow::Hears};
use invariants::ONCE;
use map::{
    COMMAND, Map, Name, Row, STORMS, Seen,
    faults::{endless, misheard, never_seen, undoable, unexplained, unheard, unsaid},
    roles::{PACED, ROLES, Role},
};

static MAP: LazyLock<Map> = LazyLock::new(|| Map::draw(STORMS).unwrap_or_else(|error| panic!("{error}")));

fn table() -> impl Iterator<Item = (Source, Hears)> {
    Source::SERVICES
        .into_iter()
        .flat_map(|service| service.hears().iter().map(move |hears| (service, *hears)))
}

#[track_caller]
fn none(wrong: Vec<String>) {
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn the_page_is_up_to_date() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/CHOREOGRAPHY.md");
    let on_disk = fs::read_to_string(path).unwrap_or_default();
    assert!(on_disk == MAP.to_string(), "docs/CHOREOGRAPHY.md is stale: {COMMAND}");
}

#[test]
fn every_event_is_heard_or_is_for_somebody_else() {
    none(unheard(&MAP.events, &MAP.rows));
}

#[test]
fn everything_a_service_waits_for_is_said_where_it_waits() {
    none(unsaid(&MAP.events, &MAP.rows));
}

#[test]
fn the_contract_tells_the_same_as_the_services_rows() {
    none(misheard(&MAP.rows, table()));
}

#[test]
fn every_fact_is_seen_and_answers_a_row_of_its_service() {
    none(unexplained(&MAP.seen, &MAP.rows, &MAP.facts));
    none(never_seen(&MAP.seen, &MAP.facts));
}

#[test]
fn every_cycle_has_an_end() {
    none(endless(&MAP.seen.caused, &ONCE, PACED));
}

#[test]
fn every_act_has_an_undoing_that_was_seen() {
    none(undoable(&MAP.facts, ROLES, &MAP.seen));
}

#[test]
fn an_event_that_nobody_hears_is_found() {
    let deaf: Vec<Row> = MAP.rows.iter().filter(|row| row.event != "StockShipped").copied().collect();
    let found = unheard(&MAP.events, &deaf);
    assert_eq!(found.len(), 1);
    assert!(found[0].starts_with("StockShipped is heard by nobody"), "{}", found[0]);
}

#[test]
fn an_event_that_is_awaited_where_nobody_says_it_is_found() {
    let mut rows = MAP.rows.clone();
    rows.push(Row {
        service: Source::Payment,
        topic: Topic::Orders,
        event: "OrderShrunk",
        effect: Some("x"),
    });
    rows.push(Row {
        service: Source::Order,
        topic: Topic::Payments,
        event: "StockShipped",
        effect: Some("x"),
    });
    assert_eq!(
        unsaid(&MAP.events, &rows),
        [
            "payment waits for OrderShrunk on orders, where nobody says it",
            "order waits for StockShipped on payments, where nobody says it",
        ]
    );
}

#[test]
fn a_row_the_contract_does_not_tell_of_and_the_reverse_are_found() {
    let mut rows = MAP.rows.clone();
    rows.retain(|row| row.event != "OrderConfirmed");
    rows.push(Row {
        service: Source::Order,
        topic: Topic::Payments,
        event: "PaymentVoided",
        effect: Some("x"),
    });
    assert_eq!(
        misheard(&rows, table()),
        [
            "events_schema::flow misses: order hears PaymentVoided on payments",
            "no row of the service is what events_schema::flow says: inventory hears OrderConfirmed on orders",
        ]
    );
}

#[test]
fn a_fact_that_answers_what_its_service_does_not_hear_is_found() {
    let seen = Seen { caused: BTreeSet::from([("OrderPlaced", "PaymentStarted")]), ..Seen::default() };
    let found = unexplained(&seen, &MAP.rows, &MAP.facts);
    assert_eq!(found, ["PaymentStarted was seen to answer OrderPlaced, which its service has no row for"]);
    assert_eq!(never_seen(&seen, &MAP.facts).len(), MAP.facts.len() - 1);
}

#[test]
fn a_cycle_without_an_end_is_found() {
    let mut caused = MAP.seen.caused.clone();
    caused.extend([("PriceAsked", "PriceDoubted"), ("PriceDoubted", "PriceAsked")]);
    let found = endless(&caused, &ONCE, PACED);
    assert_eq!(found, ["PriceAsked, PriceDoubted cause one another without end"]);
    let unpaced = endless(&MAP.seen.caused, &ONCE, &[]);
    assert_eq!(unpaced, ["StockCounted causes itself without end"]);
}

#[test]
fn an_act_without_an_undoing_is_found() {
    let with = |changed: (Source, Name, Role)| {
        let kept = ROLES.iter().filter(|(_, name, _)| *name != changed.1).copied();
        undoable(&MAP.facts, &kept.chain([changed]).collect::<Vec<_>>(), &MAP.seen)
    };
    let shipped = |role| with((Source::Inventory, "StockShipped", role));
    assert_eq!(shipped(Role::Act(&[])), ["StockShipped is an act without an undoing"]);
    assert_eq!(
        shipped(Role::Act(&["StockTakenHome"])),
        ["StockShipped is undone by StockTakenHome, which inventory does not say"]
    );
    assert_eq!(
        shipped(Role::Act(&["StockReleased"])),
        ["StockShipped was never seen undone by StockReleased"]
    );
    assert_eq!(shipped(Role::Undoing), ["StockShipped undoes no act"]);
}

#[test]
fn a_fact_without_a_role_is_found() {
    let roles: Vec<_> = ROLES.iter().filter(|(_, name, _)| *name != "StockReserved").copied().collect();
    let found = undoable(&MAP.facts, &roles, &MAP.seen);
    assert!(found[0].starts_with("StockReserved of inventory has no role"), "{found:?}");
    let strange = [ROLES, &[(Source::Order, "OrderShrunk", Role::Word)]].concat();
    assert_eq!(
        undoable(&MAP.facts, &strange, &MAP.seen),
        ["OrderShrunk has a role, and order does not say it"]
    );
}
