//! Many seeds, each one history: after the storm every promise must hold, and the rare things must have happened.

use simulator::Coverage;

const SEEDS: u64 = 300;

/// What must have happened in some history, or the storms are too mild.
const MUST_HAPPEN: &[&str] = &[
    "EventDiscarded",
    "EventForwarded",
    "EventParked",
    "EventResumed",
    "OrderAccepted",
    "OrderCancellationRefused (already_confirmed)",
    "OrderCancellationRefused (already_ended)",
    "OrderCancellationRefused (unknown_order)",
    "OrderCancelled (customer_request)",
    "OrderCancelled (expired)",
    "OrderCancelled (out_of_stock)",
    "OrderCancelled (payment_failed)",
    "OrderCompleted",
    "OrderConfirmed",
    "OrderRejected",
    "PaymentCaptured",
    "PaymentFailed (declined)",
    "PaymentFailed (insufficient_funds)",
    "PaymentFailed (suspected_fraud)",
    "PaymentFailed (too_late)",
    "PaymentFailed (unsupported_method)",
    "PaymentFailed (voided)",
    "PaymentRefunded",
    "PaymentStarted",
    "PaymentVoided",
    "ProductPublished",
    "RefundFailed",
    "RefundStarted",
    "ReservationDropped",
    "ReservationQueued",
    "StockAdded",
    "StockAllotted",
    "StockCorrectionRefused",
    "StockCounted",
    "StockDenied",
    "StockRecalled",
    "StockRejected",
    "StockReleased (order_cancelled)",
    "StockReleased (payment_failed)",
    "StockRequestQueued",
    "StockRequested",
    "StockReserved",
    "StockReturned",
    "StockShelved",
    "StockShipped",
    "StockShortage",
    "StockTakenBack",
    "StockWrittenOff",
    "captured after it failed",
    "captured after it was voided",
    "forwarded, then accepted",
    "parked, then resumed",
    "queued, then dropped",
    "queued, then rejected",
    "queued, then served",
    "refused, then refunded",
    "voided before anything started",
];

fn hold(seeds: std::ops::Range<u64>) -> Coverage {
    let mut coverage = Coverage::default();
    for seed in seeds {
        let shop = simulator::run(seed).unwrap_or_else(|broken| panic!("{broken}"));
        coverage.add(&shop.history());
    }
    coverage
}

#[test]
fn after_every_storm_every_promise_holds_and_the_rare_things_have_happened() {
    let coverage = hold(0..SEEDS);
    let missing: Vec<_> = MUST_HAPPEN.iter().filter(|what| coverage.of(what) == 0).collect();
    assert!(missing.is_empty(), "in {SEEDS} storms this never happened: {missing:?}");
}

#[test]
fn after_other_storms_every_promise_holds_as_well() {
    hold(1_000_000..1_000_000 + SEEDS);
}

#[test]
fn the_same_seed_is_the_same_history() {
    for seed in 0..20 {
        let log = || simulator::run(seed).map(|shop| shop.records());
        assert_eq!(log(), log(), "seed {seed}");
    }
}
