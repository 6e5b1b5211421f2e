//! What payment remembers: duties as a fold over facts, the window, and what an abort restores.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails there")]

mod stage;

use std::{borrow::Cow, time::Duration};

use choreography::{Duty, Service, State};
use events_schema::{
    PaymentMethod, Timestamp,
    inventory::StockReserved,
    orders::CancelReason,
    payments::{FailureReason, PaymentFact},
};
use payment::{Answer, Charge, Command, Payment, Request, Wish};
use proptest::prelude::*;
use stage::*;

/// The facts of a whole history of order `o1`, each under its order.
fn facts_of(history: &[fn(&mut Till) -> Told]) -> Vec<(&'static str, PaymentFact)> {
    let mut till = Till::open();
    history.iter().flat_map(|step| step(&mut till).0).map(|fact| ("o1", fact)).collect()
}

fn capture() -> Request {
    Request::Capture { amount: eur(1998), method: PaymentMethod::Card, token: token("tok_ok") }
}

#[test]
fn a_started_payment_is_open_and_asked_for_until_it_is_answered() {
    let duties = duties_of(&facts_of(&[|till| till.reserved("o1"), |till| till.answers("o1", captured())]));
    assert_eq!(duties, [vec![Duty::Open, Duty::Ask(capture())], vec![Duty::Answered, Duty::Over]]);
    let failed: fn(&mut Till) -> Told = |till| till.answers("o1", declined(FailureReason::Declined));
    let duties = duties_of(&facts_of(&[|till| till.reserved("o1"), failed]));
    assert_eq!(duties[1], [Duty::Answered, Duty::Over]);
}

#[test]
fn a_void_takes_the_place_of_the_capture() {
    let duties = duties_of(&facts_of(&[
        |till| till.reserved("o1"),
        |till| till.customer_cancels("o1"),
        |till| till.answers("o1", Answer::NeverWill),
    ]));
    assert_eq!(duties[1], [Duty::Open, Duty::Ask(Request::Cancel)]);
    assert_eq!(duties[2], [Duty::Answered, Duty::Over]);
}

#[test]
fn a_void_before_any_start_asks_nobody() {
    assert_eq!(duties_of(&facts_of(&[|till| till.customer_cancels("o1")])), [vec![Duty::Over]]);
}

#[test]
fn a_refund_is_open_and_asked_for_until_the_money_is_back() {
    let duties = duties_of(&facts_of(&[
        |till| till.reserved("o1"),
        |till| till.answers("o1", captured()),
        |till| till.customer_cancels("o1"),
        |till| till.answers("o1", refused()),
        |till| till.answers("o1", refunded()),
    ]));
    let ask = vec![Duty::Open, Duty::Ask(refund_request())];
    assert_eq!(duties[2..], [vec![Duty::Open], ask.clone(), ask, vec![Duty::Answered, Duty::Over]]);
}

#[test]
fn a_capture_that_goes_back_is_never_over_in_between() {
    let duties = duties_of(&facts_of(&[
        |till| till.reserved("o1"),
        |till| till.customer_cancels("o1"),
        |till| till.answers("o1", captured()),
    ]));
    assert_eq!(
        duties[2..],
        [vec![Duty::Open, Duty::Answered], vec![Duty::Open, Duty::Ask(refund_request())]]
    );
}

#[test]
fn restore_from_where_the_payment_was_taken_up_again_knows_all_it_needs() {
    // Captured long ago and over; cancelled later: restore may begin at the void.
    let facts = facts_of(&[
        |till| till.reserved("o1"),
        |till| till.answers("o1", captured()),
        |till| till.customer_cancels("o1"),
    ]);
    let mut till = Till::open();
    for (order, fact) in &facts[2..] {
        Payment::evolve(&mut till.state, key(order), fact, till.now);
    }
    assert!(till.answers("o1", captured()).events().is_empty());
    assert_eq!(till.answers("o1", refused()).events(), ["RefundFailed"]);
    assert_eq!(till.answers("o1", refunded()).events(), ["PaymentRefunded"]);
}

#[test]
fn a_payment_is_known_for_the_window_after_it_is_over_and_then_forgotten() {
    let mut till = Till::open();
    till.given_captured("o1");
    till.state.commit();
    till.works_for(24 * HOUR);
    assert!(till.state.charge(&key("o1")).is_some());
    till.works_for(Duration::from_micros(1));
    assert!(till.state.charge(&key("o1")).is_none());
}

#[test]
fn after_an_outage_of_days_the_cancellation_that_waited_finds_the_money() {
    let mut till = Till::open();
    till.given_captured("o1");
    till.state.commit();
    till.now = till.now + 72 * HOUR;
    till.works_for(HOUR);
    assert_eq!(till.customer_cancels("o1").events(), ["PaymentVoided", "RefundStarted"]);
}

#[test]
fn what_is_not_over_is_never_forgotten() {
    let mut till = Till::open();
    till.given_started("asked");
    till.given_captured("refunding");
    till.customer_cancels("refunding");
    till.state.commit();
    till.works_for(100 * HOUR);
    assert_eq!(till.answers("asked", captured()).events(), ["PaymentCaptured"]);
    assert_eq!(till.answers("refunding", refunded()).events(), ["PaymentRefunded"]);
    till.state.commit();
    till.works_for(24 * HOUR);
    assert!(till.state.charge(&key("refunding")).is_some(), "the window begins when it is over for good");
    till.works_for(MINUTE);
    assert!(till.state.charge(&key("refunding")).is_none());
}

#[test]
fn memory_is_bounded_by_the_window() {
    let settings = payment::Settings { window: HOUR, ..payment::Settings::default() };
    let mut till = Till::with(settings);
    for n in 0..500 {
        till.now = till.now + MINUTE;
        till.given_captured(&format!("o{n}"));
        till.state.commit();
    }
    assert!((60..=62).contains(&till.state.len()), "{}", till.state.len());
}

/// More orders than are kept as they are.
const MANY: u32 = 10_000;

fn numbered(n: u32) -> String {
    format!("01932e4f-9c00-7000-8000-{n:012x}")
}

fn after_many() -> Till {
    let mut till = Till::open();
    for n in 0..MANY {
        till.given_captured(&numbered(n));
        till.state.commit();
    }
    till
}

#[test]
fn a_payment_among_many_is_known_whole_and_is_given_back_like_any_other() {
    let mut till = after_many();
    assert_eq!(till.state.len(), MANY as usize);
    let mut one = Till::open();
    one.given_captured("o1");
    let whole = one.state.charge(&key("o1")).map(Cow::into_owned);
    assert!((0..MANY).all(|n| till.state.charge(&key(&numbered(n))).map(Cow::into_owned) == whole));
    assert!(till.state.charge(&key(&numbered(MANY))).is_none());
    assert_eq!(till.customer_cancels(&numbered(7)).events(), ["PaymentVoided", "RefundStarted"]);
    till.state.roll_back();
    assert!(till.state.charge(&key(&numbered(7))).is_some_and(|charge| charge.is_live()));
    till.customer_cancels(&numbered(7));
    till.state.commit();
    assert_eq!(till.answers(&numbered(7), refunded()).events(), ["PaymentRefunded"]);
    till.state.commit();
    assert!(till.customer_cancels(&numbered(7)).events().is_empty(), "it went back, once");
}

#[test]
fn a_payment_among_many_is_forgotten_after_the_window_to_the_microsecond() {
    let mut till = after_many();
    till.works_for(24 * HOUR);
    assert!((0..MANY).all(|n| till.state.charge(&key(&numbered(n))).is_some()));
    till.works_for(Duration::from_micros(1));
    assert!((0..MANY).all(|n| till.state.charge(&key(&numbered(n))).is_none()));
}

#[test]
fn an_aborted_ending_is_not_counted_towards_the_window() {
    let mut till = Till::open();
    till.given_started("o1");
    till.state.commit();
    till.answers("o1", captured());
    till.state.roll_back();
    till.works_for(100 * HOUR);
    assert!(till.state.charge(&key("o1")).is_some_and(|charge| charge.is_unanswered()));
}

const ORDERS: [&str; 2] = ["o1", "o2"];

fn wish() -> impl Strategy<Value = Wish> {
    let start = |token_text: &str, seconds: i64| {
        let now: Timestamp = "2026-03-02T12:00:00Z".parse().unwrap();
        let mut reserved: StockReserved = reservation(now);
        reserved.payment.token = token(token_text);
        reserved.expires_at = Timestamp(now.0 + seconds * 1_000_000);
        Wish::Start(Box::new(reserved))
    };
    let wishes = vec![
        start("tok_ok", 900),
        start("tok_fraud", 900),
        start("tok_ok", 0),
        Wish::Void,
        Wish::Record(captured()),
        Wish::Record(declined(FailureReason::Declined)),
        Wish::Record(Answer::NeverWill),
        Wish::Record(refunded()),
        Wish::Record(refused()),
    ];
    proptest::sample::select(wishes)
}

fn command() -> impl Strategy<Value = Command> {
    (0..2_usize, wish()).prop_map(|(n, wish)| Command { order: key(ORDERS[n]), wish })
}

fn charges(till: &Till) -> Vec<Option<Charge>> {
    ORDERS.map(|order| till.state.charge(&key(order)).map(Cow::into_owned)).to_vec()
}

proptest! {
    #[test]
    fn deciding_the_same_again_says_nothing(history in proptest::collection::vec(command(), 1..30)) {
        let mut till = Till::open();
        for command in history {
            till.decides(&command);
            let again = till.would_say(&command);
            // Each refusal of a refund is told.
            let refusals = again.0.iter().all(|fact| matches!(fact, PaymentFact::RefundFailed(_)));
            prop_assert!(refusals, "{command:?} said again {again:?}");
        }
    }

    #[test]
    fn once_is_once_and_no_refund_without_a_capture(history in proptest::collection::vec(command(), 1..40)) {
        let mut till = Till::open();
        let mut said = std::collections::BTreeSet::new();
        for command in history {
            for fact in till.decides(&command).0 {
                let event = events_schema::Fact::event(&fact);
                if event == "RefundStarted" {
                    prop_assert!(said.contains(&(command.order, "PaymentCaptured")));
                }
                if event == "PaymentStarted" {
                    prop_assert!(!said.contains(&(command.order, "PaymentVoided")));
                }
                prop_assert!(event == "RefundFailed" || said.insert((command.order, event)), "{event} twice");
            }
        }
    }

    #[test]
    fn money_stays_only_where_the_payment_is_live(history in proptest::collection::vec(command(), 1..40)) {
        let mut till = Till::open();
        for command in history {
            till.decides(&command);
            for charge in charges(&till).into_iter().flatten().filter(|charge| charge.captured.is_some()) {
                prop_assert_eq!(charge.is_live(), charge.refund == payment::Refund::None, "{:?}", charge);
            }
        }
    }

    #[test]
    fn what_is_packed_is_known_as_if_it_were_not(
        history in proptest::collection::vec((command(), 0..3_u32, proptest::bool::ANY), 1..40),
    ) {
        let keeps = |unpacked| {
            let defaults = payment::Settings::default();
            Till::with(payment::Settings { window: 2 * MINUTE, unpacked, ..defaults })
        };
        let mut tills = [keeps(0), keeps(1), keeps(usize::MAX)];
        for (command, minutes, commits) in history {
            let told = tills.each_mut().map(|till| {
                till.now = till.now + minutes * MINUTE;
                let told = till.decides(&command);
                if commits { till.state.commit() } else { till.state.roll_back() }
                (told, charges(till))
            });
            prop_assert_eq!(&told[0], &told[2]);
            prop_assert_eq!(&told[1], &told[2]);
        }
    }

    #[test]
    fn an_abort_restores_what_was_committed(
        before in proptest::collection::vec(command(), 0..15),
        undone in proptest::collection::vec(command(), 1..15),
    ) {
        let mut till = Till::open();
        before.iter().for_each(|command| drop(till.decides(command)));
        till.state.commit();
        let committed = (format!("{:?}", till.state), charges(&till));
        till.now = till.now + MINUTE;
        undone.iter().for_each(|command| drop(till.decides(command)));
        till.state.roll_back();
        prop_assert_eq!((format!("{:?}", till.state), charges(&till)), committed);
    }
}

#[test]
fn a_cancelled_reason_is_heard_only_where_money_may_be_under_way() {
    let till = Till::open();
    let heard = |reason| {
        let event = events_schema::orders::OrderCancelled { reason, expires_at: till.now };
        till.reaction("o1", &event).is_some()
    };
    use CancelReason::{CustomerRequest, Expired, OutOfStock, PaymentFailed};
    assert_eq!([CustomerRequest, Expired, OutOfStock, PaymentFailed].map(heard), [true, true, false, false]);
}
