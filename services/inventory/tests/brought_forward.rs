//! Bounded restore, on the machine: balances are brought forward, the mark follows, and a restart knows the same stock.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails there")]

use std::{cell::Cell, time::Duration};

use choreography::{
    Clock, Input, Metrics, NoOutside, Pace, Ports, Worker,
    memory::{MemoryLog, MemorySink, MemorySource, NoFaults},
};
use events_schema::{
    Currency, Envelope, EventId, Key, Money, Payment, PaymentMethod, Quantity, Source, Timestamp, Token,
    Topic,
    orders::{CancelReason, OrderAccepted, OrderCancelled, OrderFact, PricedLine},
};
use inventory::{Inventory, Settings};

struct HandClock(Cell<i64>);

impl Clock for HandClock {
    fn now(&self) -> Timestamp {
        Timestamp(1_800_000_000_000_000 + self.0.get())
    }
}

struct Shop {
    log: MemoryLog,
    clock: HandClock,
}

struct Member(Worker<Inventory>, MemorySource, MemorySink);

impl Shop {
    fn member(&self) -> Member {
        let (source, sink) = self.log.connect("inventory", "0", Topic::Inventory, Box::new(NoFaults));
        let pace = Pace { restore_facts: 40, look: Duration::ZERO, ..Pace::default() };
        Member(Worker::new(Inventory::new(Settings::default()), pace, Metrics::unread()), source, sink)
    }

    fn settle(&self, Member(worker, source, sink): &mut Member) {
        for _ in 0..30 {
            self.clock.0.set(self.clock.0.get() + 1_000_000);
            worker.turn(&mut Ports { source, sink, outside: &mut NoOutside, clock: &self.clock }).unwrap();
        }
    }

    fn receive(&self, sku: &str, quantity: i64) {
        let value = format!(r#"{{"type":"StockReceived","data":{{"quantity":{quantity}}}}}"#);
        let at = Input { topic: Topic::Warehouse, partition: 0 };
        self.log.produce(at, self.clock.now(), Some(sku.as_bytes()), Some(value.as_bytes()), Vec::new());
    }

    fn say(&self, order: &str, fact: &OrderFact) {
        use events_schema::Fact;
        let (subject, time) = (order.parse::<Key>().unwrap(), self.clock.now().to_string());
        let id: Key = format!("{order}-{}", fact.event()).parse().unwrap();
        let envelope = Envelope {
            kind: fact.event(),
            id: EventId::from(id),
            source: Source::Order,
            subject,
            time: &time,
            causationid: None,
            traceparent: None,
        };
        let mut value = Vec::new();
        envelope.write_fact(&mut value, fact);
        let at = Input { topic: Topic::Orders, partition: 0 };
        self.log.produce(at, self.clock.now(), Some(order.as_bytes()), Some(&value), Vec::new());
    }

    fn accept(&self, order: &str, sku: &str, quantity: i64) {
        let price = Money::new(100, Currency::EUR);
        let line = PricedLine {
            sku: sku.parse().unwrap(),
            quantity: Quantity::try_from(quantity).unwrap(),
            unit_price: price,
        };
        let payment =
            Payment { method: PaymentMethod::Card, token: Token::from("tok_ok".parse::<Key>().unwrap()) };
        let accepted = OrderAccepted {
            customer_id: "ada".parse().unwrap(),
            lines: vec![line],
            subtotal: price,
            discount: price,
            tax: price,
            total: price,
            payment,
            expires_at: Timestamp::MAX,
        };
        self.say(order, &accepted.into());
    }

    fn cancel(&self, order: &str) {
        let cancelled = OrderCancelled { reason: CancelReason::CustomerRequest, expires_at: Timestamp::MAX };
        self.say(order, &cancelled.into());
    }

    fn mark(&self) -> i64 {
        self.log.position("inventory", own()).unwrap()
    }
}

fn own() -> Input {
    Input { topic: Topic::Inventory, partition: 0 }
}

fn free(member: &Member, sku: &str) -> (u64, u64) {
    let (stock, sku) = (member.0.state(0).unwrap(), sku.parse().unwrap());
    (stock.depot(&sku).unwrap().free, stock.shelf(&sku).unwrap().free)
}

#[test]
fn restore_stays_bounded_however_long_the_log_grows_and_knows_the_same_stock() {
    let shop = Shop { log: MemoryLog::new(1), clock: HandClock(Cell::new(0)) };
    let mut member = shop.member();
    shop.receive("mug", 100);
    shop.receive("shirt", 30);
    shop.settle(&mut member);
    shop.accept("pinned", "shirt", 2);
    for n in 0..200 {
        shop.accept(&format!("o-{n}"), "mug", 1 + n % 3);
        shop.cancel(&format!("o-{n}"));
        shop.settle(&mut member);
    }
    let (end, mark) = (shop.log.bounds(own()).end, shop.mark());
    assert!(end > 500 && mark < 20, "an open order pins the mark: {mark} of {end}");
    shop.cancel("pinned");
    for n in 200..260 {
        shop.accept(&format!("o-{n}"), "mug", 2);
        shop.cancel(&format!("o-{n}"));
        shop.settle(&mut member);
    }
    let (end, mark) = (shop.log.bounds(own()).end, shop.mark());
    assert!(end - mark < 150, "balances were brought forward, so that the mark moves on: {mark} of {end}");
    shop.accept("held", "mug", 7);
    shop.settle(&mut member);
    let before = (free(&member, "mug"), free(&member, "shirt"));
    let mut successor = shop.member();
    shop.settle(&mut successor);
    assert_eq!((free(&successor, "mug"), free(&successor, "shirt")), before);
    shop.cancel("held");
    shop.settle(&mut successor);
    let ((depot, shelf), (shirts, dealt)) = (free(&successor, "mug"), free(&successor, "shirt"));
    assert_eq!((depot + shelf, shirts + dealt), (100, 30), "every piece is still there");
}
