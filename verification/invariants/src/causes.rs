//! What may cause what: the choreography as the contract tells it, a table of event types.

use events_schema::Topic::{
    self, Checkout, Inventory, Operations, Orders, Payments, StockTransfers, Warehouse,
};

/// An event type on a topic.
pub(crate) type Kind = (Topic, &'static str);

const FREES_OR_BRINGS: &[Kind] = &[
    (Orders, "OrderAccepted"),
    (Orders, "OrderCancelled"),
    (Payments, "PaymentFailed"),
    (Operations, "ReleaseRequested"),
    (StockTransfers, "StockAllotted"),
    (StockTransfers, "StockDenied"),
];

/// What may cause a service's event; `None`: no such event is in the contract. On the service's own topic stands what it
/// awaited something for: a deadline, or the provider's answer.
pub(crate) fn of(event: &str) -> Option<&'static [Kind]> {
    order(event).or_else(|| reservation(event)).or_else(|| stock(event)).or_else(|| payment(event))
}

fn order(event: &str) -> Option<&'static [Kind]> {
    Some(match event {
        "OrderAccepted" | "OrderRejected" => &[(Checkout, "OrderPlaced")],
        "OrderConfirmed" => &[(Payments, "PaymentCaptured")],
        "OrderCompleted" => &[(Inventory, "StockShipped")],
        "OrderCancelled" => &[
            (Checkout, "OrderCancellationRequested"),
            (Inventory, "StockRejected"),
            (Payments, "PaymentFailed"),
            (Orders, "OrderAccepted"),
            (Operations, "ExpiryRequested"),
        ],
        "OrderCancellationRefused" => &[(Checkout, "OrderCancellationRequested")],
        _ => return None,
    })
}

fn reservation(event: &str) -> Option<&'static [Kind]> {
    Some(match event {
        // Whatever frees pieces, or brings them, serves those who wait for them.
        "StockReserved" | "ReservationQueued" | "StockRequested" => FREES_OR_BRINGS,
        "StockRejected" => &[(StockTransfers, "StockDenied")],
        "ReservationDropped" => &[(Orders, "OrderCancelled"), (Operations, "ReleaseRequested")],
        "StockReleased" => {
            &[(Orders, "OrderCancelled"), (Payments, "PaymentFailed"), (Operations, "ReleaseRequested")]
        }
        "StockShipped" => &[(Orders, "OrderConfirmed")],
        _ => return None,
    })
}

fn stock(event: &str) -> Option<&'static [Kind]> {
    Some(match event {
        "StockAdded" | "StockCorrectionRefused" => {
            &[(Warehouse, "StockReceived"), (Warehouse, "StockCorrected")]
        }
        "StockWrittenOff" | "StockShortage" => {
            &[(Warehouse, "StockCorrected"), (StockTransfers, "StockReturned")]
        }
        "StockRequestQueued" => &[(StockTransfers, "StockRequested"), (Warehouse, "StockCorrected")],
        "StockAllotted" => &[
            (StockTransfers, "StockRequested"),
            (StockTransfers, "StockReturned"),
            (Warehouse, "StockReceived"),
            (Warehouse, "StockCorrected"),
        ],
        "StockDenied" => &[(StockTransfers, "StockRequested"), (StockTransfers, "StockReturned")],
        "StockRecalled" => &[
            (StockTransfers, "StockRequested"),
            (StockTransfers, "StockReturned"),
            (Warehouse, "StockCorrected"),
        ],
        "StockReturned" => &[
            (StockTransfers, "StockRecalled"),
            (StockTransfers, "StockAllotted"),
            (StockTransfers, "StockDenied"),
            (Orders, "OrderAccepted"),
            (Orders, "OrderCancelled"),
            (Payments, "PaymentFailed"),
            (Operations, "ReleaseRequested"),
        ],
        "StockTakenBack" => &[(StockTransfers, "StockReturned")],
        "StockShelved" => &[(StockTransfers, "StockAllotted"), (StockTransfers, "StockDenied")],
        "ProductPublished" => {
            &[(Warehouse, "ProductListed"), (Warehouse, "PriceChanged"), (Warehouse, "ProductWithdrawn")]
        }
        _ => return None,
    })
}

fn payment(event: &str) -> Option<&'static [Kind]> {
    Some(match event {
        "PaymentStarted" => &[(Inventory, "StockReserved")],
        "PaymentVoided" => &[(Orders, "OrderCancelled"), (Operations, "RefundRequested")],
        "PaymentCaptured" => ASKED,
        "PaymentFailed" => {
            &[(Inventory, "StockReserved"), (Payments, "PaymentStarted"), (Payments, "PaymentVoided")]
        }
        "RefundStarted" => &[
            (Orders, "OrderCancelled"),
            (Operations, "RefundRequested"),
            (Payments, "PaymentStarted"),
            (Payments, "PaymentVoided"),
            (Payments, "RefundStarted"),
            (Payments, "RefundFailed"),
        ],
        "PaymentRefunded" | "RefundFailed" => ASKED,
        _ => return None,
    })
}

/// The facts the provider is asked for; a late answer may belong to an earlier question.
const ASKED: &[Kind] = &[
    (Payments, "PaymentStarted"),
    (Payments, "PaymentVoided"),
    (Payments, "RefundStarted"),
    (Payments, "RefundFailed"),
];

#[cfg(test)]
mod tests {
    use events_schema::schema;

    #[test]
    fn every_event_of_a_service_has_its_causes() {
        for described in schema::all() {
            let by_machine = described.event == "StockCounted"
                || described.topics.len() == 3 && described.topics[0] == super::Orders;
            let ours = described.topics[0].owner().is_some() && !by_machine;
            assert_eq!(super::of(described.event).is_some(), ours, "{}", described.event);
        }
    }

    #[test]
    fn every_cause_is_an_event_that_stands_there() {
        for described in schema::all() {
            for (topic, cause) in super::of(described.event).unwrap_or_default() {
                let there = |d: &schema::Described| d.event == *cause && d.topics.contains(topic);
                assert!(schema::all().iter().any(there), "{cause} on {topic}");
            }
        }
    }
}
