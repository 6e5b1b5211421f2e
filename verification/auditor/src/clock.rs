//! The clocks: the one place where the auditor asks what time it is.

use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

/// Seconds since 1970, for a metric.
pub(crate) fn seconds() -> f64 {
    #[expect(clippy::disallowed_methods, reason = "when a judgement was made, at the edge")]
    let now = SystemTime::now();
    now.duration_since(UNIX_EPOCH).unwrap_or_default().as_secs_f64()
}

/// A point of the monotonic clock, for durations.
pub(crate) fn instant() -> Instant {
    #[expect(clippy::disallowed_methods, reason = "durations of waiting for a broker, at the edge")]
    Instant::now()
}

/// Waits until there is something worth looking at again.
pub(crate) fn pause(span: Duration) {
    #[expect(clippy::disallowed_methods, reason = "the interval of asking a broker again, at the edge")]
    std::thread::sleep(span);
}
