//! What order hears: placements, cancellations, stock, money, deadlines, and its two tables.

use arbitrary::Result;
use choreography::{Service, Task};
use events_schema::{
    Key, OwnedRecord, Timestamp,
    catalog::{ProductPublished, ProductStatus},
    checkout::{OfferedPayment, OrderCancellationRequested, OrderPlaced, WantedLine},
    customers::{CustomerBlocked, CustomerUnblocked},
    inventory::{MissingLine, StockRejected, StockShipped},
    orders::OrderFact,
    payments::PaymentCaptured,
};
use order::Order;

use super::{LONGEST, Told, WINDOW, later};
use crate::{frame::APPENDED, lane::Lane, said::Sayings};

/// Any history of the order service: it decides alike twice, undoes what is undone, is the fold of what it said, and
/// begins, confirms and ends an order once.
pub fn orders_history(bytes: &[u8]) {
    let task = Task { partition: 0, partitions: 1 };
    let mut lane = Lane::new(Order::default(), task, APPENDED);
    let (mut sayings, mut told) = (Sayings::new(bytes), Told::default());
    for _ in 0..LONGEST {
        if sayings.is_empty() || step(&mut lane, &mut sayings, &mut told).is_err() {
            break;
        }
    }
    if APPENDED.until(lane.now) < WINDOW {
        lane.is_its_fold();
        told.at_most_once(&["OrderAccepted", "OrderRejected"]);
        told.at_most_once(&["OrderConfirmed"]);
        told.at_most_once(&["OrderCompleted", "OrderCancelled", "OrderRejected"]);
    }
}

fn step(lane: &mut Lane<Order>, sayings: &mut Sayings<'_>, told: &mut Told) -> Result<()> {
    lane.now = later(lane.now, sayings)?;
    let order = sayings.key("o", 4)?;
    let said = match sayings.one_of(12)? {
        0 => Order::due(order).map(|command| lane.take(&command)).unwrap_or_default(),
        choice => lane.hear(&heard(choice, order, lane.now, sayings)?),
    };
    said.iter().for_each(|(subject, fact)| adds_up(*subject, fact));
    told.add(&said);
    Ok(())
}

fn heard(choice: u8, order: Key, now: Timestamp, sayings: &mut Sayings<'_>) -> Result<OwnedRecord> {
    Ok(match choice {
        1 => {
            let sku = sayings.key("sku", 3)?;
            let event = published(sayings)?;
            sayings.record(sku, &event)
        }
        2 => {
            let customer = sayings.key("customer", 3)?;
            sayings.record(customer, &CustomerBlocked::default())
        }
        3 => {
            let customer = sayings.key("customer", 3)?;
            sayings.record(customer, &CustomerUnblocked {})
        }
        4 => sayings.record(order, &OrderCancellationRequested::default()),
        5 => {
            let missing = MissingLine { sku: sayings.key("sku", 3)?, requested: 1, available: 0 };
            sayings.record(order, &StockRejected { missing: vec![missing] })
        }
        6 => {
            let lines = sayings.some(Sayings::line)?;
            sayings.record(order, &StockShipped { lines })
        }
        7 => {
            let amount = sayings.money()?;
            sayings.record(
                order,
                &PaymentCaptured { amount, provider_reference: "ch".to_owned(), returning: false },
            )
        }
        8 => {
            let failed = sayings.failed()?;
            sayings.record(order, &failed)
        }
        _ => {
            let (event, time) = (placed(sayings)?, sayings.time(now)?);
            sayings.record_of(time, order, &event)
        }
    })
}

fn published(sayings: &mut Sayings<'_>) -> Result<ProductPublished> {
    let status = *sayings.bytes.choose(&[
        ProductStatus::Available,
        ProductStatus::Available,
        ProductStatus::Available,
        ProductStatus::Withdrawn,
    ])?;
    let (name, description, category) = (String::new(), String::new(), String::new());
    Ok(ProductPublished { name, description, category, prices: sayings.some(Sayings::money)?, status })
}

fn placed(sayings: &mut Sayings<'_>) -> Result<OrderPlaced> {
    let sku = |of: &mut Sayings<'_>| Ok(of.key("sku", 4)?.to_string());
    Ok(OrderPlaced {
        order_id: None,
        customer_id: sayings.key("customer", 3)?.into(),
        lines: sayings.some(|of| Ok(WantedLine { sku: sku(of)?, quantity: of.number()? }))?,
        currency: (sayings.one_of(3)? == 0).then_some("USD".to_owned()),
        payment: OfferedPayment {
            method: sayings.payment()?.method,
            token: (*sayings.bytes.choose(&["tok_ok", "4111111111111111", "", "a b"])?).to_owned(),
        },
        note: None,
    })
}

/// What a customer is told to pay is what the lines cost.
fn adds_up(order: Key, fact: &OrderFact) {
    let OrderFact::OrderAccepted(accepted) = fact else { return };
    let line = |line: &events_schema::orders::PricedLine| {
        i128::from(line.quantity.get()) * i128::from(line.unit_price.amount)
    };
    let subtotal: i128 = accepted.lines.iter().map(line).sum();
    let (discount, tax) = (i128::from(accepted.discount.amount), i128::from(accepted.tax.amount));
    assert_eq!(i128::from(accepted.subtotal.amount), subtotal, "subtotal of {order}");
    assert_eq!(i128::from(accepted.total.amount), subtotal - discount + tax, "total of {order}");
    assert!(accepted.total.amount >= 0 && !accepted.lines.is_empty(), "{order}: {accepted:?}");
}
