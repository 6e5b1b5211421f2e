//! Ledgers and logs written by hand, and what is told of them.

use events_schema::{
    EventId, PaymentMethod, Place, Timestamp, Topic,
    payments::{
        FailureReason, PaymentCaptured, PaymentFailed, PaymentRefunded, PaymentStarted, RefundFailed,
        RefundStarted, Risk,
    },
};

use super::*;

/// When the ledger was taken; what `with` says was said before.
const TAKEN: Timestamp = Timestamp(1);

fn key(text: &str) -> Key {
    text.parse().unwrap()
}

fn euros(cents: i64) -> Money {
    Money::new(cents, Currency::EUR)
}

/// Lines as `charged o-1 1250`.
fn ledger(lines: &[&str]) -> Books {
    let movement = |line: &&str| {
        let [movement, order, amount] = line.split(' ').collect::<Vec<_>>()[..] else { panic!("{line}") };
        let json =
            format!(r#"{{"movement":"{movement}","order":"{order}","amount":{amount},"currency":"EUR"}}"#);
        Movement::parse(&json).unwrap()
    };
    Books::of(&lines.iter().map(movement).collect::<Vec<_>>())
}

impl Books {
    fn with(mut self, order: &str, facts: Vec<PaymentFact>) -> Books {
        for data in facts {
            let place = Place { topic: Topic::Payments, partition: 0, offset: 0 };
            let (subject, id) = (key(order), EventId::of_place(place));
            self.hear(&Heard { id, subject, time: Timestamp(0), traceparent: None, place, data });
        }
        self
    }

    fn told(&self, status: Option<Status>) -> Vec<(String, State, String)> {
        let standing = self.apart().into_iter().filter_map(|order| Some((order, status?))).collect();
        let told = |found: Difference| (found.what.to_owned(), found.state, found.remedy);
        self.differences(&standing, TAKEN).into_iter().map(told).collect()
    }
}

fn started() -> PaymentFact {
    let risk = Risk { score: 0, reasons: vec![] };
    PaymentStarted { amount: euros(1250), method: PaymentMethod::Card, risk, token: None }.into()
}

fn captured(cents: i64) -> PaymentFact {
    PaymentCaptured { amount: euros(cents), provider_reference: "ch_1".to_owned(), returning: false }.into()
}

fn failed() -> PaymentFact {
    PaymentFailed { reason: FailureReason::Declined, provider_reference: None }.into()
}

fn returning() -> PaymentFact {
    RefundStarted { amount: euros(1250), provider_reference: "ch_1".to_owned() }.into()
}

fn refunded() -> PaymentFact {
    PaymentRefunded { amount: euros(1250), provider_reference: "re_1".to_owned() }.into()
}

fn refused() -> PaymentFact {
    RefundFailed { reason: "later".to_owned() }.into()
}

#[test]
fn two_sides_that_say_the_same_agree_and_their_totals_are_equal() {
    let books = ledger(&["charged o-1 1250", "charged o-2 1250", "refunded o-2 1250"])
        .with("o-1", vec![started(), captured(1250)])
        .with("o-2", vec![started(), captured(1250), returning(), refused(), refunded()])
        .with("o-3", vec![started(), failed()]);
    assert_eq!((books.told(None), books.orders()), (vec![], 3));
    let total = Total { captured: 2500, returned: 1250, kept: 1250 };
    assert_eq!(books.totals(), [Totals { currency: Currency::EUR, provider: total, log: total }]);
}

#[test]
fn an_answer_that_payment_is_about_to_get_is_under_way() {
    let charge = ledger(&["charged o-1 1250"]).with("o-1", vec![started()]);
    let refund = ledger(&["charged o-2 1250", "refunded o-2 1250"])
        .with("o-2", vec![started(), captured(1250), returning(), refused()]);
    for (books, order) in [(charge, "o-1"), (refund, "o-2")] {
        let told = books.told(Some(Status::Cancelled));
        assert!(told.len() == 1 && told[0].1 == State::UnderWay, "{told:?}");
        assert!(told[0].2.ends_with(&format!("orderctl why {order}")), "{told:?}");
    }
}

#[test]
fn what_payment_said_after_the_ledger_was_taken_is_no_difference_yet() {
    let books = ledger(&[]).with("o-1", vec![started(), captured(1250)]);
    let told = |taken| books.differences(&BTreeMap::new(), taken)[0].state;
    assert_eq!((told(Timestamp(-1)), told(Timestamp(0))), (State::UnderWay, State::Differs));
}

#[test]
fn money_that_only_the_provider_knows_of_is_to_be_given_back() {
    let books = ledger(&["charged o-1 1250", "charged o-2 1250", "charged o-3 1250", "charged o-3 1250"])
        .with("o-2", vec![started(), failed()])
        .with("o-3", vec![started(), captured(1250)]);
    let told = books.told(None);
    let what: Vec<&str> = told.iter().map(|(what, ..)| what.as_str()).collect();
    assert_eq!(
        what,
        [
            "charged, and payment never asked for it",
            "charged, though payment was told that it failed",
            "charged more often than the log says",
        ]
    );
    assert!(
        told.iter().all(|(_, state, remedy)| *state == State::Differs && remedy.starts_with("give it back"))
    );
    let total = |captured| Total { captured, returned: 0, kept: captured };
    assert_eq!((books.totals()[0].provider, books.totals()[0].log), (total(5000), total(1250)));
}

#[test]
fn what_was_taken_too_much_and_has_gone_back_is_not_to_be_given_back_again() {
    let lines = [
        "charged o-1 1250",
        "refunded o-1 1250",
        "charged o-2 1250",
        "charged o-2 1250",
        "refunded o-2 1250",
    ];
    let books = ledger(&lines).with("o-2", vec![started(), captured(1250)]);
    let states: Vec<State> = books.told(None).into_iter().map(|(_, state, _)| state).collect();
    assert_eq!(states, [State::Even, State::Even]);
    let too_far =
        ledger(&[&lines[2..], &["refunded o-2 1250"]].concat()).with("o-2", vec![started(), captured(1250)]);
    let told = too_far.told(None);
    assert!(told[0].1 == State::Differs && told[0].2.starts_with("ask the provider"), "{told:?}");
}

#[test]
fn what_went_back_without_the_log_is_recorded_by_a_refund_where_the_order_is_cancelled() {
    let books =
        || ledger(&["charged o-1 1250", "refunded o-1 1250"]).with("o-1", vec![started(), captured(1250)]);
    let cancelled = books().told(Some(Status::Cancelled));
    assert_eq!(cancelled[0].2, "orderctl refund o-1 --reason reconciled --yes");
    let completed = books().told(Some(Status::Completed));
    assert_eq!(completed[0].0, "given back, and nobody asked for it");
}

#[test]
fn what_the_provider_does_not_know_is_asked_of_it() {
    let books = ledger(&["charged o-2 1300", "charged o-3 1250"])
        .with("o-1", vec![started(), captured(1250)])
        .with("o-2", vec![started(), captured(1250)])
        .with("o-3", vec![started(), captured(1250), returning(), refunded()]);
    let what: Vec<String> = books.told(Some(Status::Cancelled)).into_iter().map(|(what, ..)| what).collect();
    assert_eq!(
        what,
        [
            "captured on the log, and the provider has no charge",
            "another amount was charged than the log says",
            "given back on the log, and not by the provider",
        ]
    );
}
