//! The wall clock and the identities made from it: the only place where this program asks what time it is.

use std::time::{Duration, Instant};

use events_schema::{EventId, Key, Timestamp};
use uuid::Uuid;

/// The time of day.
pub fn now() -> Timestamp {
    #[expect(
        clippy::disallowed_methods,
        reason = "the outermost edge: everything below takes the time as a parameter"
    )]
    Timestamp(jiff::Timestamp::now().as_microsecond())
}

/// A point of the monotonic clock, for durations.
pub fn instant() -> Instant {
    #[expect(clippy::disallowed_methods, reason = "durations of waiting for a broker, at the edge")]
    Instant::now()
}

/// Waits until there is something worth looking at again.
pub fn pause(span: Duration) {
    #[expect(clippy::disallowed_methods, reason = "pacing a load towards a broker, at the edge")]
    std::thread::sleep(span);
}

/// A new order id: a UUIDv7 of this moment, so that the id tells the order's age.
pub fn new_order_id() -> Key {
    EventId::from(new_uuid()).as_key()
}

/// A new event id.
pub fn new_event_id() -> EventId {
    EventId::from(new_uuid())
}

fn new_uuid() -> Uuid {
    let micros = now().0;
    let seconds = u64::try_from(micros.div_euclid(1_000_000)).unwrap_or(0);
    let nanos = u32::try_from(micros.rem_euclid(1_000_000) * 1_000).unwrap_or(0);
    Uuid::new_v7(uuid::Timestamp::from_unix(uuid::ContextV7::new(), seconds, nanos))
}

/// The moment a UUIDv7 was made; `None` for any other id.
pub fn made_at(id: &Key) -> Option<Timestamp> {
    let uuid = Uuid::parse_str(id.as_str()).ok().filter(|uuid| uuid.get_version_num() == 7)?;
    let (seconds, nanos) = uuid.get_timestamp()?.to_unix();
    let micros = i64::try_from(seconds).ok()?.checked_mul(1_000_000)?;
    Some(Timestamp(micros + i64::from(nanos / 1_000)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_order_id_of_ours_tells_its_age() {
        let before = now();
        let made = made_at(&new_order_id()).unwrap();
        assert!(made.as_millis() >= before.as_millis() && made <= now());
    }

    #[test]
    fn any_other_id_tells_nothing() {
        assert_eq!(made_at(&"order-1".parse().unwrap()), None);
        assert_eq!(made_at(&"c232ab00-9414-11ec-b3c8-9f68deced846".parse().unwrap()), None);
    }
}
