//! Waiting: for a condition, with a bound, never for time to pass.

use std::time::{Duration, Instant};

/// Looks again and again until it is so; the last reason why not is told when the bound is reached.
#[track_caller]
pub fn eventually<T>(what: &str, bound: Duration, mut look: impl FnMut() -> Result<T, String>) -> T {
    let since = now();
    loop {
        match look() {
            Ok(found) => return found,
            Err(why) => assert!(since.elapsed() < bound, "not within {bound:?}: {what}; {why}"),
        }
        pause(Duration::from_millis(10));
    }
}

/// `Ok` when it is so.
pub fn so(is_so: bool, why_not: impl FnOnce() -> String) -> Result<(), String> {
    if is_so { Ok(()) } else { Err(why_not()) }
}

#[expect(clippy::disallowed_methods, reason = "bounds a wait and measures one")]
pub fn now() -> Instant {
    Instant::now()
}

#[expect(clippy::disallowed_methods, reason = "the interval between two looks, and the pace of a load")]
pub fn pause(span: Duration) {
    std::thread::sleep(span);
}
