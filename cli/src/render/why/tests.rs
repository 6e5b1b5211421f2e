//! What is said of an order at every step of every fate, told of the real services.

use super::*;
use crate::fold::{
    stories::{self, moments},
    timeline::Timeline,
};

/// After each event: who is waited for, what happens otherwise, and the events that say so.
fn told(records: &[events_schema::OwnedRecord]) -> Vec<String> {
    moments(records).iter().map(line).collect()
}

fn line(timeline: &Timeline) -> String {
    let why = Why::of(timeline).unwrap();
    let last = timeline.steps.last().unwrap();
    let wait = why.wait.as_ref().map_or("nobody".to_owned(), |wait| wait.to_string());
    let otherwise = match why.otherwise {
        None => "",
        Some(Otherwise::Expires(_)) => " | expires",
        Some(Otherwise::Held(_)) => " | deadline held",
        Some(Otherwise::Unanswered) => " | stays",
        Some(Otherwise::NoDeadline) => " | no deadline",
        Some(Otherwise::Insisted) => " | asked again",
    };
    format!("{} > {wait}{otherwise}", last.event)
}

#[test]
fn a_completed_order() {
    assert_eq!(
        told(&stories::completed()),
        [
            "OrderPlaced > order: the placement has no answer yet | stays",
            "OrderAccepted > inventory: OrderAccepted has no answer yet | expires",
            "StockReserved > payment: StockReserved has no answer yet | expires",
            "PaymentStarted > the payment provider: asked, no answer yet | expires",
            "PaymentCaptured > order: PaymentCaptured has no answer yet | expires",
            "OrderConfirmed > inventory: the goods have not left yet | no deadline",
            "StockShipped > order: StockShipped has no answer yet | no deadline",
            "OrderCompleted > nobody",
        ]
    );
}

#[test]
fn a_declined_order() {
    assert_eq!(
        told(&stories::declined()),
        [
            "OrderPlaced > order: the placement has no answer yet | stays",
            "OrderAccepted > inventory: OrderAccepted has no answer yet | expires",
            "StockReserved > payment: StockReserved has no answer yet | expires",
            "PaymentStarted > the payment provider: asked, no answer yet | expires",
            "PaymentFailed > order: PaymentFailed has no answer yet | expires",
            "OrderCancelled > inventory: the goods are not free again yet | asked again",
            "StockReleased > nobody",
        ]
    );
}

#[test]
fn an_order_the_stock_does_not_cover() {
    assert_eq!(
        told(&stories::out_of_stock())[2..],
        [
            "ReservationQueued > inventory: in line for mug | expires",
            "StockRejected > order: StockRejected has no answer yet | expires",
            "OrderCancelled > nobody",
        ]
    );
}

#[test]
fn a_rejected_order() {
    assert_eq!(
        told(&stories::rejected()),
        ["OrderPlaced > order: the placement has no answer yet | stays", "OrderRejected > nobody"]
    );
}

#[test]
fn an_order_cancelled_while_it_is_paid() {
    assert_eq!(
        told(&stories::refunded())[3..],
        [
            "PaymentStarted > the payment provider: asked, no answer yet | expires",
            "OrderCancellationRequested > the payment provider: asked, no answer yet | expires",
            "OrderCancelled > the payment provider: whether it charged is not known yet | asked again",
            "StockReleased > the payment provider: whether it charged is not known yet | asked again",
            "PaymentVoided > the payment provider: whether it charged is not known yet | asked again",
            "PaymentCaptured > payment: 6.09 EUR must go back to the customer | asked again",
            "RefundStarted > the payment provider: 6.09 EUR is on its way back | asked again",
            "PaymentRefunded > nobody",
        ]
    );
}

#[test]
fn an_expired_order() {
    let told = told(&stories::expired());
    assert_eq!(
        told[4..6],
        [
            "OrderCancelled > the payment provider: whether it charged is not known yet | asked again",
            "StockReleased > the payment provider: whether it charged is not known yet | asked again",
        ]
    );
    assert_eq!(told.last().unwrap(), "PaymentRefunded > nobody");
}

#[test]
fn a_parked_order_waits_for_an_operator_until_what_waited_is_taken() {
    const PARKED: &str = "an operator: a record is parked at inventory (deciding panicked: a planted fault)";
    let told = told(&stories::parked());
    let parked: Vec<&String> = told.iter().filter(|line| line.contains(PARKED)).collect();
    assert!(parked.len() >= 5, "{told:#?}");
    assert!(told[1].ends_with("inventory: OrderAccepted has no answer yet | expires"), "{told:#?}");
    assert_eq!(told.last().unwrap(), "EventResumed > nobody");
}

#[test]
fn a_parked_order_is_told_with_the_place_and_the_command_that_resumes_it() {
    let moments = moments(&stories::parked());
    let timeline =
        moments.iter().find(|timeline| timeline.steps.last().unwrap().event == "EventParked").unwrap();
    let why = Why::of(timeline).unwrap();
    let said = sentences(&why, timeline.steps.last().unwrap().time);
    let place = why.parked()[0].record.to_string();
    assert!(
        said[1]
            .starts_with(&format!("inventory could not take {place}: deciding panicked: a planted fault."))
    );
    assert!(
        said[2].contains("orderctl parked resume o-1 --service inventory, or orderctl parked discard o-1")
    );
    let evidence: Vec<&str> = why.evidence.iter().map(|step| step.event.as_str()).collect();
    assert_eq!(evidence, ["OrderPlaced", "OrderAccepted", "EventParked"]);
}

#[test]
fn a_record_parked_at_order_holds_the_deadline_back() {
    let told = told(&stories::garbage());
    let held = "EventParked > an operator: a record is parked at order (";
    assert!(
        told.iter().any(|line| line.starts_with(held) && line.ends_with(" | deadline held")),
        "{told:#?}"
    );
    assert!(told.last().unwrap().ends_with("> nobody"), "{told:#?}");
}

#[test]
fn a_wish_to_cancel_that_comes_too_late_is_waited_for() {
    let told = told(&stories::refused());
    assert_eq!(
        told[7..],
        [
            "OrderCompleted > nobody",
            "OrderCancellationRequested > order: OrderCancellationRequested has no answer yet | stays",
            "OrderCancellationRefused > nobody",
        ]
    );
}

#[test]
fn an_ending_is_told_with_its_reason() {
    let last = |records: &[events_schema::OwnedRecord]| {
        let moments = moments(records);
        let timeline = moments.last().unwrap();
        let why = Why::of(timeline).unwrap();
        sentences(&why, timeline.steps.last().unwrap().time)[1..].to_vec()
    };
    assert_eq!(
        last(&stories::declined()),
        ["No money came (declined).", "Goods released, money none taken, declined. Nobody has to move."]
    );
    assert_eq!(last(&stories::out_of_stock())[0], "The stock did not cover it (mug: 5 wanted, 1 to be had).");
    assert_eq!(
        last(&stories::rejected())[0],
        "Order refused it: bad_quantity mug: a quantity is 1 to 1000000, not 0."
    );
    assert_eq!(
        last(&stories::refunded()),
        [
            "The customer asked for it before the money was confirmed.",
            "Goods released, money 6.09 EUR refunded. Nobody has to move."
        ]
    );
    assert!(last(&stories::expired())[0].starts_with("Its time ran out at 2027-"));
}

#[test]
fn a_waiting_order_is_told_in_plain_words() {
    let moments = moments(&stories::completed());
    let timeline = &moments[2];
    let last = timeline.steps.last().unwrap();
    let why = Why::of(timeline).unwrap();
    let said = sentences(&why, last.time + std::time::Duration::from_secs(42));
    assert_eq!(
        said[1],
        format!(
            "It waits for payment: StockReserved has no answer yet (StockReserved at {}), since {} (42.0 s).",
            last.place,
            moment(last.time)
        )
    );
    assert_eq!(said[2], "Next: payment says PaymentStarted or PaymentFailed.");
    let deadline = timeline.story.expires_at.unwrap();
    assert!(
        said[3].starts_with(&format!(
            "If nobody does: order cancels it as expired at {} (in 14 min ",
            moment(deadline)
        )),
        "{said:?}"
    );
    let evidence: Vec<&str> = why.evidence.iter().map(|step| step.event.as_str()).collect();
    assert_eq!(evidence, ["OrderPlaced", "OrderAccepted", "StockReserved"]);
    let json = serde_json::to_value(document(&why, last.time)).unwrap();
    assert_eq!(
        json["waits_for"],
        serde_json::json!({
            "owner": "payment",
            "what": "StockReserved has no answer yet",
            "after": "StockReserved",
            "next": ["PaymentStarted", "PaymentFailed"],
        })
    );
    assert_eq!(json["otherwise"], serde_json::json!({ "what": "expires", "at": deadline }));
}
