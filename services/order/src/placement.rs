//! What order says to a placement: nothing to a repetition, else accepted or rejected.

use choreography::Decision;
use events_schema::{
    Key, Timestamp,
    checkout::OrderPlaced,
    orders::{OrderAccepted, OrderFact, OrderRejected},
};
use uuid::Uuid;

use crate::{Orders, Settings, digest, rules, state::Known};

/// A placement and when it came.
pub(crate) struct Asked<'a> {
    /// The record's subject: it wins over an id in the data.
    pub(crate) order: Key,
    /// By the event's time.
    pub(crate) placed: Timestamp,
    pub(crate) now: Timestamp,
    pub(crate) placement: &'a OrderPlaced,
}

pub(crate) fn decide(
    settings: &Settings,
    asked: &Asked<'_>,
    known: Known<'_>,
    state: &Orders,
    out: &mut Decision<OrderFact>,
) {
    match known.digest() {
        Some(digest) if digest == digest::of_placed(asked.placement, settings.currency) => {}
        Some(_) => out.discard("id_reused"),
        None if is_too_old(settings, asked, state) => out.discard("too_old"),
        None => accept_or_reject(settings, asked, state, out),
    }
}

impl Known<'_> {
    fn digest(self) -> Option<u64> {
        match self {
            Known::Open(open) => Some(open.digest),
            Known::Ended(digest) => Some(digest),
            Known::Never => None,
        }
    }
}

/// Whether this may be an order that ended and was forgotten. An order ends no earlier than it was placed, but the
/// clock of who placed it may be ahead by as much as is tolerated.
fn is_too_old(settings: &Settings, asked: &Asked<'_>, state: &Orders) -> bool {
    let placed = time_of_id(&asked.order).unwrap_or(asked.placed);
    state.forgotten_before().is_some_and(|forgotten| placed <= forgotten + settings.future_tolerance)
}

/// When a UUIDv7 was made. A repetition may carry a new event time, but never a new id.
pub(crate) fn time_of_id(order: &Key) -> Option<Timestamp> {
    let id = Uuid::try_parse_ascii(order.as_bytes()).ok().filter(|id| id.get_version_num() == 7)?;
    let bytes = id.as_bytes();
    let millis = bytes[..6].iter().fold(0_i64, |millis, byte| millis << 8 | i64::from(*byte));
    Some(Timestamp::from_millis(millis))
}

fn accept_or_reject(settings: &Settings, asked: &Asked<'_>, state: &Orders, out: &mut Decision<OrderFact>) {
    match rules::check(settings, asked, state) {
        Ok(sound) => {
            let rules::Sound { lines, sums, payment } = sound;
            let accepted = OrderAccepted {
                customer_id: asked.placement.customer_id,
                lines,
                subtotal: sums.subtotal,
                discount: sums.discount,
                tax: sums.tax,
                total: sums.total,
                payment,
                expires_at: asked.now + settings.lifetime,
            };
            out.say(asked.order, accepted);
        }
        Err(reasons) => out.say(asked.order, OrderRejected { reasons }),
    }
}
