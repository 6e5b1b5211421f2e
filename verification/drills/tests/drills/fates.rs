//! Orders of every fate, each through three processes.

use std::time::Duration;

use events_schema::{
    Key, PaymentMethod, Topic,
    orders::{CancelReason, OrderFact, RejectionCode},
};
use invariants::{Fate, History, Told};

use crate::shop::{Shop, Wish, ids};

const GOODS: [(&str, i64); 3] = [("mug", 1_000), ("poster", 4), ("unicorn", 0)];
const FAILED: Fate = Fate::Cancelled(CancelReason::PaymentFailed);
const GONE: Fate = Fate::Cancelled(CancelReason::OutOfStock);

/// Tokens and what becomes of their orders, with the number of orders of each.
const BY_TOKEN: [(&str, Fate, usize); 8] = [
    ("tok_ok", Fate::Completed, 60),
    ("tok_declined", FAILED, 10),
    ("tok_insufficient_funds", FAILED, 10),
    ("tok_timeout", Fate::Completed, 6),
    ("tok_late", Fate::Completed, 6),
    ("tok_twice", Fate::Completed, 10),
    ("tok_contradict", FAILED, 10),
    ("tok_fraud", FAILED, 10),
];

fn wishes() -> Vec<(Wish, Fate)> {
    let mut all = Vec::new();
    let mut add = |name: &str, count: usize, fate: Fate, make: &dyn Fn(Wish) -> Wish| {
        all.extend((0..count).map(|at| (make(Wish::new(format!("{name}-{at}"), "tok_ok")), fate)));
    };
    for (token, fate, count) in BY_TOKEN {
        add(token, count, fate, &|wish| Wish { token, ..wish });
    }
    add("wallet", 5, Fate::Completed, &|wish| Wish { method: PaymentMethod::Wallet, ..wish });
    add("transfer", 5, FAILED, &|wish| Wish { method: PaymentMethod::BankTransfer, ..wish });
    add("unicorn", 5, GONE, &|wish| wish.of(&[("unicorn", 1)]));
    add("crowd", 5, GONE, &|wish| wish.of(&[("mug", 1), ("poster", 5)]));
    add("last", 4, Fate::Completed, &|wish| wish.of(&[("mug", 2), ("poster", 1)]));
    add("unknown", 5, Fate::Rejected, &|wish| wish.of(&[("ghost", 1)]));
    add("blocked", 5, Fate::Rejected, &|wish| Wish { customer: "eve", ..wish });
    add("wrong", 5, Fate::Rejected, &|wish| Wish {
        token: "4242 4242 4242 4242",
        ..wish.of(&[("mug", 0), ("mug", 1), ("ghost", 1)])
    });
    all
}

#[test]
fn orders_of_every_fate_end_as_they_must() {
    let Some(mut shop) =
        Shop::open("fates", &GOODS, &["--provider-timeout-ms", "1000", "--simulated-late-ms", "2000"])
    else {
        return;
    };
    shop.operate(&["customer", "block", "eve"]);
    // A table is read to its end before the first order is: from here on eve is known.
    shop.process("order", 0).stop();
    shop.start("order", 0).await_ready();
    let (wishes, fates): (Vec<Wish>, Vec<Fate>) = wishes().into_iter().unzip();
    shop.place(&wishes);
    let ended = shop.settle(&ids(&wishes), Duration::from_secs(60));
    for (wish, fate) in wishes.iter().zip(fates) {
        assert_eq!(ended[&wish.id], fate, "{}", wish.id);
    }
    assert_eq!(ended.len(), wishes.len());
    assert!(shop.count("ReservationQueued") > 0, "nobody had to wait for the depot");
    let history = &shop.onlooker.read.history;
    assert_eq!(reasons(history, "blocked-0"), [RejectionCode::CustomerBlocked]);
    let several = reasons(history, "wrong-0");
    for code in [
        RejectionCode::BadQuantity,
        RejectionCode::DuplicateSku,
        RejectionCode::UnknownSku,
        RejectionCode::BadToken,
    ] {
        assert!(several.contains(&code), "{code:?} is missing in {several:?}");
    }
}

fn reasons(history: &History, order: &str) -> Vec<RejectionCode> {
    let order: Key = order.parse().unwrap();
    let about = history.of(Topic::Orders).filter(|event| event.subject == order);
    let reasons = about.filter_map(|event| match &event.told {
        Told::Order(OrderFact::OrderRejected(fact)) => Some(fact.reasons.iter().map(|reason| reason.code)),
        _ => None,
    });
    reasons.flatten().collect()
}

#[test]
fn what_a_customer_cancels_or_time_ends_before_the_money_comes_is_undone_and_paid_back() {
    let flags = ["--simulated-late-ms", "3000"];
    let Some(mut shop) = Shop::open("late-money", &[("mug", 100)], &flags) else { return };
    let late = |name: &str| -> Vec<Wish> {
        (0..8).map(|at| Wish::new(format!("{name}-{at}"), "tok_late")).collect()
    };
    let cancelled = late("cancelled");
    shop.place(&cancelled);
    shop.await_count("PaymentStarted", cancelled.len());
    cancelled.iter().for_each(|wish| shop.customer.cancel(wish.id));
    shop.customer.cancel("nobody".parse().unwrap());
    shop.customer.drain();
    shop.await_count("OrderCancelled", cancelled.len());
    shop.process("order", 0).stop();
    shop.start_with("order", 0, &["--instance", "0", "--order-lifetime-s", "1"]).await_ready();
    let expired = late("expired");
    shop.place(&expired);
    let prompt: Vec<Wish> = (0..8).map(|at| Wish::new(format!("prompt-{at}"), "tok_declined")).collect();
    shop.place(&prompt);
    shop.await_ended(24);
    // Too late: it has ended.
    shop.customer.cancel(expired[0].id);
    shop.customer.drain();
    let fates = shop.settle(&ids(cancelled.iter().chain(&expired).chain(&prompt)), Duration::from_secs(30));
    let all = |wishes: &[Wish], reason| wishes.iter().all(|wish| fates[&wish.id] == Fate::Cancelled(reason));
    assert!(all(&cancelled, CancelReason::CustomerRequest), "{fates:?}");
    assert!(all(&expired, CancelReason::Expired), "{fates:?}");
    assert!(all(&prompt, CancelReason::PaymentFailed), "{fates:?}");
    // The provider had taken the money of all sixteen by the time it heard that nobody wants it any more.
    assert_eq!(shop.count("PaymentRefunded"), 16);
    assert_eq!(shop.count("OrderCancellationRefused"), 2);
}
