//! S3 to S9: one answer, one charge, one ending, everything undone that must be and nothing else.

use std::collections::BTreeMap;

use events_schema::{Key, Money, Place};

use crate::{Fate, Order, Verdict};

type Orders = BTreeMap<Key, Order>;

pub(crate) fn check(orders: &Orders, settled: bool) -> Vec<Verdict> {
    let mut verdicts = vec![
        one_answer(orders),
        charged_once(orders),
        refunded_rightly(orders),
        one_ending(orders, settled),
        steps(orders),
    ];
    if settled {
        verdicts.push(money_iff(orders));
        verdicts.push(compensated(orders));
    }
    verdicts.sort_by_key(|verdict| verdict.promise);
    verdicts
}

pub(crate) fn places<T>(name: &'static str, of: &[(T, Place)]) -> Vec<(&'static str, Place)> {
    of.iter().map(|(_, place)| (name, *place)).collect()
}

fn named(name: &'static str, of: &[Place]) -> Vec<(&'static str, Place)> {
    of.iter().map(|place| (name, *place)).collect()
}

fn one_answer(orders: &Orders) -> Verdict {
    let mut verdict =
        Verdict::new("S3", "a reservation has one answer, and is released or shipped once, as it was made");
    for (id, order) in orders {
        let answers = order.reserved.len() + order.refused.len();
        let mut shows = places("StockReserved", &order.reserved);
        shows.extend(order.refused.iter().map(|(name, place)| (*name, *place)));
        verdict.judge(answers <= 1, *id, || format!("{answers} answers"), &shows);
        let ends: Vec<_> = order.released.iter().chain(&order.shipped).collect();
        let shows =
            [places("StockReleased", &order.released), places("StockShipped", &order.shipped)].concat();
        verdict.judge(ends.len() <= 1, *id, || "released or shipped more than once".to_owned(), &shows);
        let same = ends.iter().all(|(lines, end)| {
            order.reserved.iter().any(|(reserved, at)| reserved == lines && at.offset < end.offset)
        });
        verdict.judge(same, *id, || "released or shipped what was not reserved before".to_owned(), &shows);
    }
    verdict
}

fn charged_once(orders: &Orders) -> Verdict {
    let mut verdict = Verdict::new("S4", "an order is charged at most once, and its accepted total");
    for (id, order) in orders {
        let shows = places("PaymentCaptured", &order.captured);
        verdict.judge(order.captured.len() <= 1, *id, || format!("charged {} times", shows.len()), &shows);
        for (amount, _) in &order.captured {
            let accepted = order.accepted.first().map(|(total, _)| *total);
            let what = || format!("charged {amount}, accepted {accepted:?}");
            verdict.judge(accepted == Some(*amount), *id, what, &shows);
        }
    }
    verdict
}

fn money_iff(orders: &Orders) -> Verdict {
    let mut verdict =
        Verdict::new("S5", "completed if and only if paid; cancelled if and only if nothing was kept");
    for (id, order) in orders.iter().filter(|(_, order)| !order.is_set_aside()) {
        let (captured, refunded) = (sum(&order.captured), sum(&order.refunded));
        let right = match order.fate() {
            Fate::Completed => captured > 0 && refunded == 0,
            Fate::Cancelled(_) => captured == refunded,
            Fate::Rejected | Fate::Placed => captured == 0 && refunded == 0,
            // An order that has not ended is S7's affair.
            Fate::Open => true,
        };
        let shows =
            [places("PaymentCaptured", &order.captured), places("PaymentRefunded", &order.refunded)].concat();
        let what = || format!("{:?} with {captured} captured and {refunded} refunded", order.fate());
        verdict.judge(right, *id, what, &shows);
    }
    verdict
}

fn sum(of: &[(Money, Place)]) -> i128 {
    of.iter().map(|(money, _)| i128::from(money.amount)).sum()
}

fn refunded_rightly(orders: &Orders) -> Verdict {
    let mut verdict = Verdict::new("S6", "a refund has a capture before it, equals it, and happens once");
    for (id, order) in orders {
        let shows = places("PaymentRefunded", &order.refunded);
        verdict.judge(order.refunded.len() <= 1, *id, || "refunded more than once".to_owned(), &shows);
        for (amount, at) in &order.refunded {
            let matching =
                |(captured, place): &(Money, Place)| captured == amount && place.offset < at.offset;
            let right = order.captured.iter().any(matching);
            verdict.judge(
                right,
                *id,
                || format!("refunded {amount} without such a capture before it"),
                &shows,
            );
        }
    }
    verdict
}

fn one_ending(orders: &Orders, settled: bool) -> Verdict {
    let mut verdict =
        Verdict::new("S7", "a placed order is rejected, or accepted and completed or cancelled, once");
    for (id, order) in orders {
        let starts =
            [places("OrderAccepted", &order.accepted), named("OrderRejected", &order.rejected)].concat();
        verdict.judge(starts.len() <= 1, *id, || "accepted or rejected more than once".to_owned(), &starts);
        let ends =
            [named("OrderCompleted", &order.completed), places("OrderCancelled", &order.cancelled)].concat();
        verdict.judge(ends.len() <= 1, *id, || "more than one ending".to_owned(), &ends);
        let started = ends.is_empty() || !order.accepted.is_empty();
        verdict.judge(started, *id, || "ended without having been accepted".to_owned(), &ends);
        if settled && !order.is_set_aside() {
            let ended = !matches!(order.fate(), Fate::Placed | Fate::Open);
            let shows = [named("OrderPlaced", &order.placed), starts.clone()].concat();
            verdict.judge(ended, *id, || format!("never ended: {:?}", order.fate()), &shows);
        }
    }
    verdict
}

fn steps(orders: &Orders) -> Verdict {
    let mut verdict = Verdict::new(
        "S8",
        "confirmed only when captured, shipped only when confirmed, completed only when shipped",
    );
    for (id, order) in orders {
        let confirmed = named("OrderConfirmed", &order.confirmed);
        let paid = confirmed.is_empty() || !order.captured.is_empty();
        verdict.judge(paid, *id, || "confirmed without a capture".to_owned(), &confirmed);
        let shipped = places("StockShipped", &order.shipped);
        let allowed = shipped.is_empty() || !order.confirmed.is_empty();
        verdict.judge(allowed, *id, || "shipped without a confirmation".to_owned(), &shipped);
        let completed = named("OrderCompleted", &order.completed);
        let gone = completed.is_empty() || !order.shipped.is_empty();
        verdict.judge(gone, *id, || "completed without a shipment".to_owned(), &completed);
    }
    verdict
}

fn compensated(orders: &Orders) -> Verdict {
    let mut verdict = Verdict::new("S9", "a cancelled order holds no stock and no net money");
    for (id, order) in orders.iter().filter(|(_, order)| matches!(order.fate(), Fate::Cancelled(_))) {
        let shipped = places("StockShipped", &order.shipped);
        verdict.judge(shipped.is_empty(), *id, || "was shipped".to_owned(), &shipped);
        if order.is_set_aside() {
            continue;
        }
        let held = order.reserved.len() as i64 - order.released.len() as i64 - order.shipped.len() as i64;
        let reserved = places("StockReserved", &order.reserved);
        verdict.judge(held == 0, *id, || "still holds stock".to_owned(), &reserved);
        let kept = sum(&order.captured) - sum(&order.refunded);
        let captured = places("PaymentCaptured", &order.captured);
        verdict.judge(kept == 0, *id, || format!("{kept} is kept"), &captured);
    }
    verdict
}
