//! What payment hears: reservations, cancellations, and whatever a provider says.

use arbitrary::Result;
use choreography::{Service, Task};
use events_schema::{
    Key,
    inventory::StockReserved,
    payments::{FailureReason, PaymentFact},
};
use payment::{Answer, Payment};

use super::{LONGEST, Told, WINDOW, later};
use crate::{frame::APPENDED, lane::Lane, said::Sayings};

/// Any history of the payment service, whatever its provider says and however often: an order is started, captured,
/// failed, voided and refunded at most once, and what goes back is what came in.
pub fn payments_history(bytes: &[u8]) {
    let task = Task { partition: 0, partitions: 1 };
    let mut lane = Lane::new(Payment::default(), task, APPENDED);
    let mut sayings = Sayings::new(bytes);
    let (mut told, mut said) = (Told::default(), Vec::new());
    for _ in 0..LONGEST {
        if sayings.is_empty() {
            break;
        }
        let Ok(more) = step(&mut lane, &mut sayings) else { break };
        told.add(&more);
        said.extend(more);
    }
    if APPENDED.until(lane.now) < WINDOW {
        lane.is_its_fold();
        for once in ["PaymentStarted", "PaymentCaptured", "PaymentFailed", "PaymentVoided", "PaymentRefunded"]
        {
            told.at_most_once(&[once]);
        }
        gives_back_what_it_took(&said);
    }
}

fn step(lane: &mut Lane<Payment>, sayings: &mut Sayings<'_>) -> Result<Vec<(Key, PaymentFact)>> {
    lane.now = later(lane.now, sayings)?;
    let order = sayings.key("o", 4)?;
    Ok(match sayings.one_of(8)? {
        0 | 1 => {
            let reserved = StockReserved {
                lines: sayings.some(Sayings::line)?,
                customer_id: sayings.key("customer", 3)?.into(),
                total: sayings.money()?,
                payment: sayings.payment()?,
                expires_at: sayings.time(lane.now)?,
            };
            lane.hear(&sayings.record(order, &reserved))
        }
        2 | 3 => {
            let cancelled = sayings.cancelled(lane.now)?;
            lane.hear(&sayings.record(order, &cancelled))
        }
        _ => lane.take(&Payment::answered(order, answer(sayings)?)),
    })
}

fn answer(sayings: &mut Sayings<'_>) -> Result<Answer> {
    let reference = sayings.key("ref", 3)?.to_string();
    Ok(match sayings.one_of(5)? {
        0 => Answer::Captured { amount: sayings.money()?, reference },
        1 => Answer::Declined { reason: FailureReason::Declined, reference: Some(reference) },
        2 => Answer::NeverWill,
        3 => Answer::Refunded { reference },
        _ => Answer::RefundRefused { reason: reference },
    })
}

/// Every refund has its capture before it, and is of the same amount.
fn gives_back_what_it_took(said: &[(Key, PaymentFact)]) {
    for (at, (order, fact)) in said.iter().enumerate() {
        let amount = match fact {
            PaymentFact::RefundStarted(started) => started.amount,
            PaymentFact::PaymentRefunded(refunded) => refunded.amount,
            _ => continue,
        };
        let captured = said[..at].iter().find_map(|(of, fact)| match fact {
            PaymentFact::PaymentCaptured(captured) if of == order => Some(captured.amount),
            _ => None,
        });
        assert_eq!(captured, Some(amount), "{order} gets back what was not taken");
    }
}
