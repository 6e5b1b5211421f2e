//! What an order costs on the heap, from the record to the facts: counted, so that it is the same on every machine.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails there")]

use allocation_counter::{AllocationInfo, measure};
use choreography::{
    Clock, Failed, Fatal, Input, Metrics, NoOutside, Outgoing, Pace, Ports, Position, Receipt, Service, Sink,
    Worker,
    memory::{MemoryLog, MemorySink, MemorySource, NoFaults},
};
use events_schema::{
    Currency, Event, EventId, Key, Money, Source, Timestamp, Topic, announce,
    catalog::{ProductPublished, ProductStatus},
    checkout::{OfferedPayment, OrderPlaced, WantedLine},
};
use order::{Order, Settings};

const NOW: Timestamp = Timestamp(1_760_000_000_000_000);
const ORDERS: usize = 1_000;

struct Still;

impl Clock for Still {
    fn now(&self) -> Timestamp {
        NOW
    }
}

/// Takes facts without keeping them: what a log does with them is not counted.
struct Bin(MemorySink, usize);

impl Sink for Bin {
    fn init(&mut self) -> Result<(), Fatal> {
        self.0.init()
    }
    fn append(&mut self, _: Outgoing<'_>) -> Result<(), Failed> {
        self.1 += 1;
        Ok(())
    }
    fn commit(&mut self, positions: &[Position]) -> Result<Receipt, Failed> {
        self.0.commit(positions)
    }
    fn abort(&mut self) -> Result<(), Failed> {
        self.0.abort()
    }
}

struct Stage {
    log: MemoryLog,
    source: MemorySource,
    sink: Bin,
    worker: Worker<Order>,
    placed: usize,
}

fn key(text: &str) -> Key {
    text.parse().unwrap()
}

impl Stage {
    /// With one product, and a worker that has its task.
    fn open() -> Stage {
        let log = MemoryLog::new(1);
        let (source, sink) = log.connect("order", "0", Order::EMITS, Box::new(NoFaults));
        let metrics = Metrics::new::<Order>(&prometheus::Registry::new()).unwrap();
        let worker = Worker::new(Order::new(Settings::default()), Pace::default(), metrics);
        let mut stage = Stage { log, source, sink: Bin(sink, 0), worker, placed: 0 };
        let product = ProductPublished {
            name: "Mug".to_owned(),
            description: String::new(),
            category: String::new(),
            prices: vec![Money::new(1_200, Currency::EUR)],
            status: ProductStatus::Available,
        };
        stage.write(Topic::Catalog, key("mug"), &product, "published");
        for _ in 0..3 {
            stage.turn();
        }
        stage
    }

    fn write<E: Event>(&self, topic: Topic, subject: Key, event: &E, id: &str) {
        let value = announce(Source::Cli, EventId::from(key(id)), subject, NOW, event);
        let to = Input { topic, partition: 0 };
        self.log.produce(to, NOW, Some(subject.as_bytes()), Some(&value), Vec::new());
    }

    fn place(&mut self, orders: usize) {
        for _ in 0..orders {
            self.placed += 1;
            let placed = OrderPlaced {
                order_id: None,
                customer_id: key("ada").into(),
                lines: vec![WantedLine { sku: "mug".to_owned(), quantity: 1 }],
                currency: None,
                payment: OfferedPayment {
                    method: events_schema::PaymentMethod::Card,
                    token: "tok_ok".to_owned(),
                },
                note: None,
            };
            let number = self.placed;
            self.write(
                Topic::Checkout,
                key(&format!("order-{number}")),
                &placed,
                &format!("placed-{number}"),
            );
        }
    }

    fn turn(&mut self) -> usize {
        let Stage { source, sink, worker, .. } = self;
        let ports = &mut Ports { source, sink, outside: &mut NoOutside, clock: &Still };
        worker.turn(ports).unwrap().facts
    }
}

#[test]
fn an_order_is_accepted_with_few_allocations_and_the_same_number_every_time() {
    let mut stage = Stage::open();
    // Tables and buffers have grown once this many have passed.
    for _ in 0..4 {
        stage.place(ORDERS);
        while stage.turn() > 0 {}
    }
    stage.place(ORDERS);
    let mut facts = 0;
    let AllocationInfo { count_total, .. } = measure(|| {
        while let said @ 1.. = stage.turn() {
            facts += said;
        }
    });
    assert_eq!(facts, ORDERS);
    let each = count_total as f64 / ORDERS as f64;
    assert!(each <= 8.2, "an order costs {each} allocations");
}
