//! `Stop`: the wish to end, from a signal or from a worker that cannot go on.

use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};

use signal_hook::consts::{SIGINT, SIGTERM};

/// Shared by all threads of a process.
#[derive(Clone, Default)]
pub struct Stop(Arc<AtomicBool>);

impl Stop {
    /// A wish that SIGTERM and SIGINT utter; the second one ends the process at once, with 130.
    pub fn on_signals() -> Stop {
        let stop = Stop::default();
        for signal in [SIGTERM, SIGINT] {
            // Order matters: on the second signal the flag is set already.
            let registered = signal_hook::flag::register_conditional_shutdown(signal, 130, stop.0.clone())
                .and_then(|_| signal_hook::flag::register(signal, stop.0.clone()));
            if let Err(error) = registered {
                tracing::warn!(signal, %error, "this signal will end the process without a drain");
            }
        }
        stop
    }

    /// Asks everybody to end.
    pub fn ask(&self) {
        self.0.store(true, Ordering::Relaxed);
    }

    /// Whether somebody asked.
    pub fn asked(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }
}
