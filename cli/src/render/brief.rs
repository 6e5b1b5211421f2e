//! What matters of an event, in a few words.

use std::fmt::Display;

use events_schema::{
    Line, checkout::CheckoutEvent, customers::CustomerEvent, inventory::InventoryFact,
    operations::OperationEvent, orders::OrderFact, parking::ParkingFact, payments::PaymentFact,
    warehouse::WarehouseEvent,
};

use super::word;
use crate::fold::told::Told;

/// The key facts of an event: amounts, pieces, reasons. Empty where the event's name says all.
pub fn brief(told: &Told) -> String {
    match told {
        Told::Checkout(event) => at_checkout(event),
        Told::Order(fact) => of_order(fact),
        Told::Inventory(fact) => of_inventory(fact),
        Told::Payment(fact) => of_payment(fact),
        Told::Warehouse(event) => of_warehouse(event),
        Told::Customer(CustomerEvent::CustomerBlocked(blocked)) => blocked.reason.clone().unwrap_or_default(),
        Told::Customer(CustomerEvent::CustomerUnblocked(_)) => String::new(),
        Told::Operation(event) => of_operator(event),
        Told::Parking(fact) => of_parking(fact),
    }
}

fn at_checkout(event: &CheckoutEvent) -> String {
    match event {
        CheckoutEvent::OrderPlaced(placed) => {
            let lines = list(placed.lines.iter().map(|line| format!("{} {}", line.quantity, line.sku)));
            format!("{lines}, {} by {}", placed.payment.method, placed.customer_id.expose())
        }
        CheckoutEvent::OrderCancellationRequested(asked) => asked.reason.clone().unwrap_or_default(),
    }
}

fn of_order(fact: &OrderFact) -> String {
    match fact {
        OrderFact::OrderAccepted(accepted) => accepted.total.to_string(),
        OrderFact::OrderRejected(rejected) => list(
            rejected
                .reasons
                .iter()
                .map(|reason| format!("{} {}", word(&reason.code), reason.detail).trim_end().to_owned()),
        ),
        OrderFact::OrderCancelled(cancelled) => word(&cancelled.reason),
        OrderFact::OrderCancellationRefused(refused) => word(&refused.reason),
        OrderFact::OrderConfirmed(_) | OrderFact::OrderCompleted(_) => String::new(),
    }
}

fn of_inventory(fact: &InventoryFact) -> String {
    use InventoryFact as Fact;
    match fact {
        Fact::StockReserved(reserved) => pieces(&reserved.lines),
        Fact::ReservationQueued(queued) => format!("in line for {}", queued.waiting_on),
        Fact::StockRejected(rejected) => list(rejected.missing.iter().map(|missing| {
            format!("{}: {} wanted, {} to be had", missing.sku, missing.requested, missing.available)
        })),
        Fact::ReservationDropped(_) => String::new(),
        Fact::StockReleased(released) => format!("{}, {}", pieces(&released.lines), word(&released.cause)),
        Fact::StockShipped(shipped) => pieces(&shipped.lines),
        Fact::StockAdded(added) => format!("+{} (version {})", added.quantity, added.version),
        Fact::StockWrittenOff(off) => format!("-{} {} (version {})", off.quantity, off.reason, off.version),
        Fact::StockShortage(short) => format!("{} not found (version {})", short.quantity, short.version),
        Fact::StockCorrectionRefused(refused) => {
            format!("{}, version is {}", refused.reason, refused.current_version)
        }
        Fact::StockCounted(count) => format!("{} free, {} held", count.available, count.held),
        Fact::StockRequestQueued(queued) => format!("{} wanted", queued.needs.iter().sum::<u64>()),
        Fact::StockAllotted(sent) => format!("{} to shelf {}", sent.quantity, sent.shelf),
        Fact::StockDenied(sent) => format!("only {} to shelf {}", sent.quantity, sent.shelf),
        Fact::StockRecalled(recalled) => format!("from shelf {}", recalled.shelf),
        Fact::StockTakenBack(back) => format!("{} from shelf {}", back.quantity, back.shelf),
        Fact::StockShelved(shelved) => format!("{} on the shelf", shelved.quantity),
        Fact::StockRequested(asked) => {
            format!("{} for shelf {}", asked.needs.iter().sum::<u64>(), asked.shelf)
        }
        Fact::StockReturned(returned) => format!("{} from shelf {}", returned.quantity, returned.shelf),
        Fact::ProductPublished(product) => {
            format!("{}, {}, {}", product.name, list(product.prices.iter()), word(&product.status))
        }
    }
}

fn of_payment(fact: &PaymentFact) -> String {
    match fact {
        PaymentFact::PaymentStarted(started) => {
            format!("{}, {}, risk {}", started.amount, started.method, started.risk.score)
        }
        PaymentFact::PaymentCaptured(captured) => {
            format!("{}, {}", captured.amount, captured.provider_reference)
        }
        PaymentFact::PaymentFailed(failed) => word(&failed.reason),
        PaymentFact::PaymentVoided(_) => String::new(),
        PaymentFact::RefundStarted(started) => format!("{}, {}", started.amount, started.provider_reference),
        PaymentFact::PaymentRefunded(refunded) => {
            format!("{}, {}", refunded.amount, refunded.provider_reference)
        }
        PaymentFact::RefundFailed(failed) => failed.reason.clone(),
    }
}

fn of_warehouse(event: &WarehouseEvent) -> String {
    match event {
        WarehouseEvent::ProductListed(listed) => format!("{}, {}", listed.name, list(listed.prices.iter())),
        WarehouseEvent::PriceChanged(changed) => list(changed.prices.iter()),
        WarehouseEvent::ProductWithdrawn(_) => String::new(),
        WarehouseEvent::StockReceived(received) => format!("+{}", received.quantity),
        WarehouseEvent::StockCorrected(corrected) => format!("{:+} {}", corrected.quantity, corrected.reason),
    }
}

fn of_operator(event: &OperationEvent) -> String {
    let (at, by, reason) = match event {
        OperationEvent::ParkedResumeRequested(asked) => (Some(&asked.service), &asked.by, &asked.reason),
        OperationEvent::ParkedDiscardRequested(asked) => (Some(&asked.service), &asked.by, &asked.reason),
        OperationEvent::RefundRequested(asked) => (None, &asked.by, &asked.reason),
        OperationEvent::ReleaseRequested(asked) => (None, &asked.by, &asked.reason),
        OperationEvent::ExpiryRequested(asked) => (None, &asked.by, &asked.reason),
    };
    let at = at.map(|service| format!("at {service}"));
    let by = by.as_ref().map(|by| format!("by {by}"));
    at.into_iter().chain(by).chain(reason.clone()).collect::<Vec<_>>().join(", ")
}

fn of_parking(fact: &ParkingFact) -> String {
    let (topic, partition, offset, reason) = match fact {
        ParkingFact::EventForwarded(f) => {
            return format!("{}-{}@{} to partition {}", f.topic, f.partition, f.offset, f.to);
        }
        ParkingFact::EventParked(p) => (&p.topic, p.partition, p.offset, &p.reason),
        ParkingFact::EventResumed(p) => (&p.topic, p.partition, p.offset, &p.reason),
        ParkingFact::EventDiscarded(p) => (&p.topic, p.partition, p.offset, &p.reason),
    };
    format!("{topic}-{partition}@{offset}: {reason}")
}

/// Order lines as people say them: `2 mug, 1 poster`.
pub fn pieces(lines: &[Line]) -> String {
    list(lines.iter().map(|line| format!("{} {}", line.quantity, line.sku)))
}

fn list(items: impl Iterator<Item = impl Display>) -> String {
    let items: Vec<String> = items.map(|item| item.to_string()).collect();
    items.join(", ")
}
