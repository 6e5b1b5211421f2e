//! The watchdog: a client call that takes long is said; one that outlives its bound ends the process, since some calls of
//! librdkafka ignore theirs.

use std::{
    sync::{
        Arc, Mutex, PoisonError, Weak,
        atomic::{AtomicU64, Ordering},
    },
    thread,
    time::Duration,
};

/// How often the watchdog looks.
const TICK: Duration = Duration::from_secs(1);
/// After so many looks a call is long: nothing that works takes a second, and a step that may wait takes five.
const LONG: u128 = 7;

/// Watches the client calls of one worker. Clones watch the same worker, which makes one call at a time.
#[derive(Clone)]
pub struct Watch(Arc<Call>);

/// The call under way. Odd: one is; even: none. It only grows, so the same odd number seen twice is the same call.
struct Call {
    number: AtomicU64,
    what: Mutex<&'static str>,
}

impl Watch {
    /// Ends the process with one line and code 1 if a call takes longer than `bound`: with stable identities a
    /// restart is safe, and a worker that hangs would hold its tasks for ever.
    pub fn ending_the_process(bound: Duration) -> Watch {
        Watch::new(bound, TICK, move |what| {
            eprintln!(
                "Kafka client call {what:?} did not return within {} s; this process ends",
                bound.as_secs()
            );
            std::process::exit(1);
        })
    }

    /// Calls `overrun` from a thread of its own, once per call that is still under way after `bound`. Time is counted
    /// in ticks that were really slept, so that a process that was stopped for a while is not blamed for it.
    fn new(bound: Duration, tick: Duration, overrun: impl Fn(&'static str) + Send + 'static) -> Watch {
        let call = Arc::new(Call { number: AtomicU64::new(0), what: Mutex::new("") });
        let (watched, ticks) = (Arc::downgrade(&call), bound.as_millis().div_ceil(tick.as_millis().max(1)));
        thread::spawn(move || watch(&watched, ticks, tick, overrun));
        Watch(call)
    }

    /// Makes a client call under watch.
    pub fn call<T>(&self, what: &'static str, call: impl FnOnce() -> T) -> T {
        *self.0.what.lock().unwrap_or_else(PoisonError::into_inner) = what;
        self.0.number.fetch_add(1, Ordering::SeqCst);
        let _ended = Ended(&self.0.number);
        call()
    }
}

/// Counts the call's end even if it panics.
struct Ended<'a>(&'a AtomicU64);

impl Drop for Ended<'_> {
    fn drop(&mut self) {
        self.0.fetch_add(1, Ordering::SeqCst);
    }
}

/// Runs until the worker is gone.
fn watch(watched: &Weak<Call>, bound: u128, tick: Duration, overrun: impl Fn(&'static str)) {
    let (mut seen, mut ticks) = (0, 0);
    loop {
        #[expect(
            clippy::disallowed_methods,
            reason = "this thread does nothing else than look now and then"
        )]
        thread::sleep(tick);
        let Some(call) = watched.upgrade() else { return };
        let number = call.number.load(Ordering::SeqCst);
        ticks = if number % 2 == 1 && number == seen { ticks + 1 } else { 0 };
        seen = number;
        let what = || *call.what.lock().unwrap_or_else(PoisonError::into_inner);
        if ticks == LONG {
            tracing::warn!(target: "kafka", "Kafka client call {:?} takes long", what());
        }
        if ticks == bound.max(1) {
            overrun(what());
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc;

    use super::*;

    #[test]
    fn a_call_that_outlives_its_bound_is_named_and_one_that_does_not_is_not() {
        let (tell, told) = mpsc::channel();
        let watch = Watch::new(Duration::from_millis(50), Duration::from_millis(5), move |what| {
            tell.send(what).unwrap();
        });
        watch.call("short", || ());
        let named = watch.call("long", || told.recv_timeout(Duration::from_secs(10)).unwrap());
        assert_eq!(named, "long");
    }
}
