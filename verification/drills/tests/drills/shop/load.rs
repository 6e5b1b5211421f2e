//! A steady load: customers who go on ordering while things happen to the shop.

use std::{
    collections::BTreeSet,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    thread::JoinHandle,
    time::Duration,
};

use events_schema::Key;

use super::{Customer, Shop, Wish, wait};

/// Orders go by all kinds of money; most of them are paid.
const TOKENS: [&str; 10] = [
    "tok_ok",
    "tok_ok",
    "tok_declined",
    "tok_ok",
    "tok_timeout",
    "tok_ok",
    "tok_ok",
    "tok_ok",
    "tok_insufficient_funds",
    "tok_ok",
];

/// The wish of this number.
pub fn wish(number: usize) -> Wish {
    let wish = Wish::new(format!("o-{number}"), TOKENS[number % TOKENS.len()]);
    match number % 3 {
        0 => wish.of(&[("poster", 2), ("mug", 1)]),
        _ => wish,
    }
}

/// Orders being placed in the background.
pub struct Load {
    stop: Arc<AtomicBool>,
    thread: Option<JoinHandle<BTreeSet<Key>>>,
}

impl Load {
    /// So many orders a second from now on, of mugs and posters. Some are cancelled a moment later, when their money
    /// may be on its way.
    pub fn start(shop: &Shop, rate: u32) -> Load {
        let customer = Customer::new(&shop.brokers, &shop.prefix);
        let stop = Arc::new(AtomicBool::new(false));
        let stopped = stop.clone();
        let thread = std::thread::spawn(move || {
            let (since, mut placed) = (wait::now(), BTreeSet::new());
            while !stopped.load(Ordering::Relaxed) {
                let due = since.elapsed().as_millis() * u128::from(rate) / 1_000;
                while (placed.len() as u128) < due {
                    let number = placed.len();
                    if number % 10 == 9 {
                        customer.cancel(wish(number - 5).id);
                    }
                    let wish = wish(number);
                    customer.place(&wish);
                    placed.insert(wish.id);
                }
                wait::pause(Duration::from_millis(5));
            }
            customer.drain();
            placed
        });
        Load { stop, thread: Some(thread) }
    }

    /// No more orders; returns those placed, which are all on the log.
    pub fn end(mut self) -> BTreeSet<Key> {
        self.stop.store(true, Ordering::Relaxed);
        self.thread.take().unwrap().join().unwrap()
    }
}

impl Drop for Load {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::Relaxed);
    }
}
