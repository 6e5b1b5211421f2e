//! The outside world: customers and the warehouse, with a plain producer.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use events_schema::{
    Currency, Event, EventId, Key, Money, PaymentMethod, Source, Timestamp, Topic, announce,
    checkout::{OfferedPayment, OrderCancellationRequested, OrderPlaced, WantedLine},
    partition_of,
    warehouse::{ProductListed, StockReceived},
};
use rdkafka::{
    ClientConfig,
    error::{KafkaError, RDKafkaErrorCode},
    producer::{BaseProducer, BaseRecord, Producer},
};

use super::{PARTITIONS, wait};

/// An order somebody wants.
#[derive(Clone)]
pub struct Wish {
    pub id: Key,
    pub lines: Vec<(&'static str, i64)>,
    pub method: PaymentMethod,
    pub token: &'static str,
    pub customer: &'static str,
}

impl Wish {
    /// One mug by card.
    pub fn new(id: impl AsRef<str>, token: &'static str) -> Wish {
        let id = id.as_ref().parse().unwrap();
        Wish { id, lines: vec![("mug", 1)], method: PaymentMethod::Card, token, customer: "ada" }
    }

    /// Of this instead.
    pub fn of(self, lines: &[(&'static str, i64)]) -> Wish {
        Wish { lines: lines.to_vec(), ..self }
    }

    /// The event's data.
    pub fn event(&self) -> OrderPlaced {
        let line = |(sku, quantity): &(&str, i64)| WantedLine { sku: (*sku).to_owned(), quantity: *quantity };
        OrderPlaced {
            order_id: None,
            customer_id: self.customer.parse().unwrap(),
            lines: self.lines.iter().map(line).collect(),
            currency: None,
            payment: OfferedPayment { method: self.method, token: self.token.to_owned() },
            note: None,
        }
    }
}

/// Writes what customers and the warehouse say.
pub struct Customer {
    prefix: String,
    producer: BaseProducer,
}

impl Customer {
    pub fn new(brokers: &str, prefix: &str) -> Customer {
        let mut config = ClientConfig::new();
        config.set("bootstrap.servers", brokers).set("linger.ms", "1").set("enable.idempotence", "true");
        // What kcat does with a key.
        config.set("partitioner", "consistent_random");
        Customer { prefix: prefix.to_owned(), producer: config.create().unwrap() }
    }

    /// Places an order; it is on the log after [`Customer::drain`].
    pub fn place(&self, wish: &Wish) {
        self.say(Topic::Checkout, wish.id, &wish.event());
    }

    /// Asks for an order to be cancelled.
    pub fn cancel(&self, order: Key) {
        self.say(Topic::Checkout, order, &OrderCancellationRequested { reason: None });
    }

    /// Lists a product at 12.00 EUR and receives pieces of it.
    pub fn supply(&self, sku: &str, pieces: i64) {
        let sku = sku.parse().unwrap();
        let prices = vec![Money::new(1_200, Currency::EUR)];
        let (name, description, category) = ("A thing".to_owned(), String::new(), String::new());
        self.say(Topic::Warehouse, sku, &ProductListed { name, description, category, prices });
        if pieces > 0 {
            self.say(Topic::Warehouse, sku, &StockReceived { quantity: pieces });
        }
    }

    fn say<E: Event>(&self, topic: Topic, subject: Key, event: &E) {
        let value = announce(Source::Cli, fresh_id(), subject, time(), event);
        let home = i32::from(partition_of(&subject, PARTITIONS));
        self.write(topic, Some(home), Some(subject.as_str()), &value);
    }

    /// Writes any record; without a partition where this client puts it.
    pub fn write(&self, topic: Topic, partition: Option<i32>, key: Option<&str>, value: &[u8]) {
        let name = format!("{}{topic}", self.prefix);
        let mut record = BaseRecord::<str, [u8]>::to(&name).payload(value);
        record.partition = partition;
        record.key = key;
        loop {
            match self.producer.send(record) {
                Ok(()) => return,
                Err((KafkaError::MessageProduction(RDKafkaErrorCode::QueueFull), back)) => {
                    record = back;
                    self.producer.poll(Duration::from_millis(10));
                }
                Err((error, _)) => panic!("{name}: {error}"),
            }
        }
    }

    /// Waits until the broker has everything.
    pub fn drain(&self) {
        // Not `flush`: it waits a tenth of a second first.
        wait::eventually("delivery", Duration::from_secs(30), || {
            self.producer.poll(Duration::ZERO);
            let waiting = self.producer.in_flight_count();
            wait::so(waiting == 0, || format!("{waiting} records wait"))
        });
    }
}

fn fresh_id() -> EventId {
    use std::sync::atomic::{AtomicU64, Ordering};
    static NEXT: AtomicU64 = AtomicU64::new(0);
    let text = format!("drill-{}-{}-{}", std::process::id(), time().0, NEXT.fetch_add(1, Ordering::Relaxed));
    EventId::from(text.parse::<Key>().unwrap())
}

/// The wall clock.
#[expect(clippy::disallowed_methods, reason = "an outsider's clock")]
pub fn time() -> Timestamp {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
    Timestamp(i64::try_from(since.as_micros()).unwrap())
}
