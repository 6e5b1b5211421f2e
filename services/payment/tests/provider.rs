//! Payment and the simulated provider together: every test token, and what the bank promises.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails there")]

mod stage;

use std::time::Duration;

use choreography::Outside;
use choreography::{Duty, Service};
use events_schema::{inventory::StockReserved, payments::PaymentFact};
use payment::{
    Answer, Payment,
    provider::{Bank, Desk, DeskSettings, Movement, Simulated, Simulation},
};
use stage::{asking::*, *};
use tokio::runtime::Handle;

/// A host in small: decides, folds and hands duties to the desk.
struct Shop {
    till: Till,
    desk: Desk<Simulated>,
    books: Simulated,
    said: u32,
}

impl Shop {
    fn open() -> Shop {
        let books = Simulated::new(Simulation::default());
        let desk = Desk::on(Handle::current(), books.clone(), &DeskSettings::default());
        Shop { till: Till::open(), desk, books, said: 0 }
    }

    fn buys(&mut self, token_text: &str) -> Vec<&'static str> {
        let mut reserved: StockReserved = reservation(self.till.now);
        reserved.payment.token = token(token_text);
        let told = self.till.hears("o1", &reserved);
        self.carry_out(told)
    }

    fn cancels(&mut self) -> Vec<&'static str> {
        let told = self.till.customer_cancels("o1");
        self.carry_out(told)
    }

    fn carry_out(&mut self, told: Told) -> Vec<&'static str> {
        for fact in &told.0 {
            self.said += 1;
            let (cause, desk) = (cause(self.said), &mut self.desk);
            Payment::duties(&self.till.state, key("o1"), fact, &mut |duty| {
                if let Duty::Ask(request) = duty {
                    desk.ask(0, key("o1"), cause, &request);
                }
            });
        }
        told.events()
    }

    /// Everything said until nothing more is heard for a minute.
    async fn settles(&mut self) -> Vec<&'static str> {
        let mut events = Vec::new();
        while let Some(answered) = next(&mut self.desk, MINUTE).await {
            let told = self.till.answers("o1", answered.answer);
            events.extend(self.carry_out(told));
        }
        assert_eq!(self.desk.under_way(), 0);
        events
    }

    fn movements(&self) -> Vec<Movement> {
        self.books.bank().movements().to_vec()
    }
}

fn charged() -> Movement {
    Movement::Charged(key("o1"), eur(1998))
}

fn given_back() -> Movement {
    Movement::Refunded(key("o1"), eur(1998))
}

#[tokio::test(start_paused = true)]
async fn each_test_token_does_what_its_name_says() {
    let captured = vec!["PaymentCaptured"];
    let failed = vec!["PaymentFailed"];
    let and_back = vec!["PaymentFailed", "PaymentCaptured", "RefundStarted", "PaymentRefunded"];
    for (token_text, says, moves) in [
        ("tok_ok", captured.clone(), vec![charged()]),
        ("tok_declined", failed.clone(), vec![]),
        ("tok_insufficient_funds", failed, vec![]),
        ("tok_timeout", captured.clone(), vec![charged()]),
        ("tok_late", captured.clone(), vec![charged()]),
        ("tok_twice", captured.clone(), vec![charged()]),
        ("tok_contradict", and_back, vec![charged(), given_back()]),
        ("tok_refund_refused", captured, vec![charged()]),
    ] {
        let mut shop = Shop::open();
        assert_eq!(shop.buys(token_text), ["PaymentStarted"]);
        assert_eq!(shop.settles().await, says, "{token_text}");
        assert_eq!(shop.movements(), moves, "{token_text}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_cancelled_order_ends_without_money_whatever_the_provider_does() {
    for token_text in [
        "tok_ok",
        "tok_declined",
        "tok_timeout",
        "tok_late",
        "tok_twice",
        "tok_contradict",
        "tok_refund_refused",
    ] {
        for millis in [0, 5, 15, 25, 45, 100, 5_000, 20_000] {
            let mut shop = Shop::open();
            shop.buys(token_text);
            let first = next(&mut shop.desk, Duration::from_millis(millis)).await;
            if let Some(answered) = first {
                let told = shop.till.answers("o1", answered.answer);
                shop.carry_out(told);
            }
            shop.cancels();
            shop.settles().await;
            let moves = shop.movements();
            let nothing = moves.is_empty() || moves == [charged(), given_back()];
            assert!(nothing, "{token_text} cancelled after {millis} ms: {moves:?}");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_refused_refund_is_asked_for_again_until_it_is_granted() {
    let mut shop = Shop::open();
    shop.buys("tok_refund_refused");
    shop.settles().await;
    assert_eq!(shop.cancels(), ["PaymentVoided", "RefundStarted"]);
    assert_eq!(shop.settles().await, ["RefundFailed", "PaymentRefunded"]);
    assert_eq!(shop.movements(), [charged(), given_back()]);
}

#[tokio::test(start_paused = true)]
async fn the_odds_depend_on_seed_and_key_alone() {
    let outcomes = |seed: u64, keys: &[u32]| -> Vec<(u32, bool)> {
        let simulation = Simulation { success_rate: 0.7, seed, ..Simulation::default() };
        let books = Simulated::new(simulation);
        let buy = |n: &u32| {
            let reply = books.bank().capture(key(&format!("o{n}")), eur(1), token("any"));
            (*n, matches!(reply.answer, Some(Answer::Captured { .. })))
        };
        let mut all: Vec<_> = keys.iter().map(buy).collect();
        all.sort_unstable();
        all
    };
    let forwards: Vec<u32> = (0..1_000).collect();
    let backwards: Vec<u32> = (0..1_000).rev().collect();
    assert_eq!(outcomes(1, &forwards), outcomes(1, &backwards));
    assert_ne!(outcomes(1, &forwards), outcomes(2, &forwards));
    let captured = outcomes(1, &forwards).iter().filter(|(_, captured)| *captured).count();
    assert!((630..770).contains(&captured), "{captured} of 1000 at 0.7");
}

#[test]
fn a_bank_moves_money_once_per_key_however_often_it_is_asked() {
    let mut bank = Bank::new(Simulation::default());
    for _ in 0..3 {
        bank.capture(key("o1"), eur(1998), token("tok_ok"));
    }
    assert!(matches!(bank.cancel(key("o1")), Answer::Captured { .. }), "too late: it tells what it took");
    for _ in 0..3 {
        assert!(matches!(bank.refund(key("o1")), Answer::Refunded { .. }));
    }
    assert_eq!(bank.movements(), [charged(), given_back()]);
    assert_eq!(bank.cancel(key("o2")), Answer::NeverWill);
    assert_eq!(bank.capture(key("o2"), eur(1), token("tok_ok")).answer, Some(Answer::NeverWill));
    assert!(matches!(bank.refund(key("o2")), Answer::RefundRefused { .. }));
    assert_eq!(bank.movements().len(), 2);
}

#[test]
fn facts_never_hold_the_words_of_a_token_in_their_debug_text() {
    let mut till = Till::open();
    let told = till.reserved("o1");
    assert!(matches!(&told.0[..], [PaymentFact::PaymentStarted(_)]));
    assert!(!format!("{told:?} {:?}", capture("tok_secret")).contains("tok_secret"));
}

#[test]
fn a_bank_that_was_told_never_to_charge_does_not_contradict_itself() {
    let mut bank = Bank::new(Simulation::default());
    let reply = bank.capture(key("o1"), eur(1998), token("tok_contradict"));
    assert!(matches!(reply.answer, Some(Answer::Declined { .. })) && reply.again.is_some());
    assert_eq!(bank.cancel(key("o1")), Answer::NeverWill);
    assert_eq!(bank.speak_again(key("o1")), None);
    assert_eq!(bank.movements(), []);
}

#[tokio::test(start_paused = true)]
async fn a_bank_that_took_over_gives_back_what_another_process_had_charged() {
    use payment::provider::Provider;
    let (here, there) = (Simulated::new(Simulation::default()), Simulated::new(Simulation::default()));
    let Some(Answer::Captured { amount, reference }) =
        there.bank().capture(key("o1"), eur(1998), token("tok_ok")).answer
    else {
        panic!("tok_ok is captured");
    };
    let answer = here.refund(key("o1"), amount, &reference).await.unwrap();
    assert!(matches!(answer, Answer::Refunded { .. }));
    let strange = here.refund(key("o2"), amount, &reference).await.unwrap();
    assert!(matches!(strange, Answer::RefundRefused { .. }), "another order's charge is none of this one");
}
