//! Waiting: for a condition, with a bound; never for time to pass. Ctrl-C ends every wait, and so the run, with all it has
//! started.

use std::{
    sync::{
        Arc, OnceLock,
        atomic::{AtomicBool, Ordering},
    },
    time::{Duration, Instant, SystemTime, UNIX_EPOCH},
};

use anyhow::{Context, Result, bail};
use events_schema::Timestamp;

/// The interval between two looks.
pub const LOOK: Duration = Duration::from_millis(20);

static STOPPED: OnceLock<Arc<AtomicBool>> = OnceLock::new();

/// From now on Ctrl-C and SIGTERM end the next wait.
pub fn end_on_signals() -> Result<()> {
    let stopped = STOPPED.get_or_init(Arc::default);
    for signal in [signal_hook::consts::SIGINT, signal_hook::consts::SIGTERM] {
        signal_hook::flag::register(signal, stopped.clone()).context("no signal handler")?;
    }
    Ok(())
}

/// Whether somebody asked for the end.
pub fn is_over() -> bool {
    STOPPED.get().is_some_and(|stopped| stopped.load(Ordering::Relaxed))
}

/// Fails once somebody asked for the end.
pub fn go_on() -> Result<()> {
    if is_over() { bail!("interrupted") } else { Ok(()) }
}

/// Looks until there is something; the last reason why not is told when the bound is reached. An error ends the wait.
pub fn until<T>(
    what: &str,
    bound: Duration,
    mut look: impl FnMut() -> Result<Result<T, String>>,
) -> Result<T> {
    let since = now();
    loop {
        go_on()?;
        match look()? {
            Ok(found) => return Ok(found),
            Err(why) if since.elapsed() > bound => bail!("not within {bound:?}: {what}; {why}"),
            Err(_) => pause(LOOK),
        }
    }
}

/// The monotonic clock.
#[expect(clippy::disallowed_methods, reason = "bounds waits and measures them, at the edge")]
pub fn now() -> Instant {
    Instant::now()
}

/// The wall clock.
#[expect(clippy::disallowed_methods, reason = "an outsider's clock")]
pub fn time() -> Timestamp {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    Timestamp(i64::try_from(since.as_micros()).unwrap_or(i64::MAX))
}

/// Lets others work before the next look.
#[expect(clippy::disallowed_methods, reason = "the interval between two looks, and the pace of a load")]
pub fn pause(span: Duration) {
    std::thread::sleep(span);
}
