//! How the desk treats a provider: patiently, never twice at once, and in peace while it is in trouble.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails there")]

mod stage;

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU32, Ordering},
    },
    time::Duration,
};

use choreography::{Answered, Outside};
use events_schema::{Key, Money, PaymentMethod, Token};
use payment::{
    Answer, Request,
    provider::{Desk, DeskSettings, Movement, NoAnswer, Provider, Simulated, Simulation, Tell},
};
use stage::{asking::*, *};
use tokio::{runtime::Handle, time::sleep};

#[tokio::test(start_paused = true)]
async fn a_late_answer_is_heard_though_the_request_was_replaced() {
    let books = Simulated::new(Simulation { latency: Duration::from_millis(1), ..Simulation::default() });
    let mut desk = Desk::on(Handle::current(), books, &DeskSettings::default());
    desk.ask(0, key("o1"), cause(1), &capture("tok_late"));
    sleep(Duration::from_millis(100)).await;
    desk.ask(0, key("o1"), cause(2), &Request::Cancel);
    let mut causes = Vec::new();
    while let Some(answered) = next(&mut desk, MINUTE).await {
        assert!(matches!(answered.answer, Answer::Captured { .. }));
        causes.push(answered.cause);
    }
    assert_eq!(causes, [cause(2), cause(1)]);
}

#[tokio::test(start_paused = true)]
async fn the_same_request_is_not_asked_twice_while_it_is_under_way() {
    let silent = Stubborn::default();
    let mut desk = Desk::on(Handle::current(), silent.clone(), &DeskSettings::default());
    for _ in 0..10 {
        desk.ask(0, key("o1"), cause(1), &capture("tok_ok"));
        sleep(Duration::from_millis(10)).await;
    }
    assert_eq!((silent.calls(), desk.under_way()), (1, 1));
}

#[tokio::test(start_paused = true)]
async fn a_request_is_never_given_up() {
    let silent = Stubborn::default();
    let mut desk = Desk::on(Handle::current(), silent.clone(), &DeskSettings::default());
    desk.ask(0, key("o1"), cause(1), &capture("tok_ok"));
    assert_eq!(next(&mut desk, HOUR).await, None);
    let calls = silent.calls();
    // At most 40 s from one attempt to the next: 30 s of waiting, 10 s of listening.
    assert!((90..=3_600).contains(&calls), "{calls} calls in an hour");
    silent.recovers();
    let answered = next(&mut desk, MINUTE).await.unwrap();
    assert_eq!((answered.partition, answered.subject, answered.cause), (0, key("o1"), cause(1)));
    assert_eq!(desk.under_way(), 0);
}

#[tokio::test(start_paused = true)]
async fn a_provider_in_trouble_is_left_in_peace_and_nobody_fails_for_it() {
    let silent = Stubborn::refusing();
    let settings = DeskSettings { breaker_patience: 5, ..DeskSettings::default() };
    let mut desk = Desk::on(Handle::current(), silent.clone(), &settings);
    for n in 0..100 {
        desk.ask(0, key(&format!("o{n}")), cause(n), &capture("tok_ok"));
    }
    assert_eq!(next(&mut desk, MINUTE).await, None, "an open breaker delays, and declares nothing");
    // Five until the breaker opens, then one trial every two seconds.
    assert!((25..=36).contains(&silent.calls()), "{} calls", silent.calls());
    silent.recovers();
    let mut answered = 0;
    while next(&mut desk, MINUTE).await.is_some() {
        answered += 1;
    }
    assert_eq!((answered, desk.under_way()), (100, 0));
}

#[tokio::test(start_paused = true)]
async fn retries_share_one_budget() {
    let silent = Stubborn::refusing();
    let settings = DeskSettings {
        retries_per_second: 2.0,
        retry_burst: 10.0,
        breaker_patience: u32::MAX,
        ..DeskSettings::default()
    };
    let mut desk = Desk::on(Handle::current(), silent.clone(), &settings);
    for n in 0..50 {
        desk.ask(0, key(&format!("o{n}")), cause(n), &capture("tok_ok"));
    }
    assert_eq!(next(&mut desk, MINUTE).await, None);
    let retries = silent.calls() - 50;
    assert!((100..=131).contains(&retries), "10 at once and 2 a second make about 130, not {retries}");
}

#[tokio::test(start_paused = true)]
async fn a_forgotten_partition_hears_nothing_and_starts_anew() {
    let books = Simulated::new(Simulation::default());
    let mut desk = Desk::on(Handle::current(), books.clone(), &DeskSettings::default());
    desk.ask(0, key("o1"), cause(1), &capture("tok_ok"));
    desk.ask(1, key("o2"), cause(2), &capture("tok_ok"));
    sleep(Duration::from_secs(1)).await;
    desk.forget(0);
    let answered = next(&mut desk, MINUTE).await.unwrap();
    assert_eq!(answered.partition, 1);
    assert_eq!(next(&mut desk, MINUTE).await, None);
    desk.ask(0, key("o1"), cause(1), &capture("tok_ok"));
    assert_eq!(next(&mut desk, MINUTE).await.map(|answered| answered.partition), Some(0));
    let charges = books.bank().movements().iter().filter(|m| matches!(m, Movement::Charged(..))).count();
    assert_eq!(charges, 2, "asked twice by the same key, charged once");
}

#[test]
fn a_desk_runs_on_a_thread_of_its_own() {
    let books = Simulated::new(Simulation { latency: Duration::ZERO, ..Simulation::default() });
    let mut desk = Desk::open(books, &DeskSettings::default()).unwrap();
    let mut asked: u32 = 0;
    // Level-triggered: asks and looks until there is an answer, within a bound.
    let answered = (0..5_000_000_u32).find_map(|_| {
        if asked == 0 {
            desk.ask(3, key("o1"), cause(1), &capture("tok_ok"));
            asked = 1;
        }
        std::thread::yield_now();
        desk.answer()
    });
    assert!(matches!(answered, Some(Answered { partition: 3, answer: Answer::Captured { .. }, .. })));
}

/// A provider that does not answer until it recovers.
#[derive(Clone, Default)]
struct Stubborn {
    calls: Arc<AtomicU32>,
    well: Arc<AtomicBool>,
    refuses: bool,
}

impl Stubborn {
    /// Fails at once instead of keeping silent.
    fn refusing() -> Stubborn {
        Stubborn { refuses: true, ..Stubborn::default() }
    }

    fn calls(&self) -> u32 {
        self.calls.load(Ordering::SeqCst)
    }

    fn recovers(&self) {
        self.well.store(true, Ordering::SeqCst);
    }

    async fn call(&self) -> Result<Answer, NoAnswer> {
        self.calls.fetch_add(1, Ordering::SeqCst);
        if self.well.load(Ordering::SeqCst) {
            return Ok(Answer::NeverWill);
        }
        if self.refuses {
            return Err(NoAnswer("status 503".into()));
        }
        std::future::pending().await
    }
}

impl Provider for Stubborn {
    async fn capture(
        &self,
        _: Key,
        _: Money,
        _: PaymentMethod,
        _: Token,
        _: &Tell,
    ) -> Result<Answer, NoAnswer> {
        self.call().await
    }

    async fn cancel(&self, _: Key) -> Result<Answer, NoAnswer> {
        self.call().await
    }

    async fn refund(&self, _: Key, _: Money, _: &str) -> Result<Answer, NoAnswer> {
        self.call().await
    }
}
