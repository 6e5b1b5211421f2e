//! The driver: customers and the warehouse. It places orders when they are due, whether or not the shop keeps up, and
//! writes down what the broker acknowledged.

use std::{
    cmp::Reverse,
    collections::BinaryHeap,
    fs::File,
    io::{BufWriter, Write},
    path::Path,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    thread::JoinHandle,
    time::{Duration, Instant},
};

use anyhow::{Context as _, Result, anyhow, ensure};
use events_schema::{
    Currency, Event, EventId, Key, Money, Source, Topic, announce,
    checkout::OrderCancellationRequested,
    partition_of,
    warehouse::{ProductListed, StockReceived},
};
use invariants::Answer;
use rand::{Rng, SeedableRng, rngs::StdRng};
use rdkafka::{
    ClientConfig, ClientContext, Message,
    error::{KafkaError, RDKafkaErrorCode},
    message::DeliveryResult,
    producer::{BaseProducer, BaseRecord, Producer, ProducerContext},
};

use crate::{
    cluster::Cluster,
    tally::{Tally, order_id},
    wishes::{Again, GOODS, Wish, wish},
};
use rig::wait;

/// What one record was for: the order or SKU, and its event; `None` where nobody waits for an acknowledgement.
type Asked = Box<Option<(Key, EventId)>>;

/// Keeps what the broker acknowledged.
pub struct Acknowledged {
    file: Mutex<BufWriter<File>>,
    count: AtomicU64,
    refused: AtomicU64,
}

impl ClientContext for Acknowledged {}

impl ProducerContext for Acknowledged {
    type DeliveryOpaque = Asked;

    fn delivery(&self, delivery: &DeliveryResult<'_>, asked: Asked) {
        let Some((order, id)) = *asked else { return };
        let Ok(message) = delivery else {
            self.refused.fetch_add(1, Ordering::Relaxed);
            return;
        };
        let Some(topic) = Topic::from_name(message.topic()) else { return };
        let partition = u16::try_from(message.partition()).unwrap_or_default();
        let answer = Answer { order, id, topic, partition, offset: message.offset(), told: None };
        let mut file = self.file.lock().unwrap_or_else(PoisonError::into_inner);
        // A line that cannot be written is missed when answers are counted.
        let written = serde_json::to_writer(&mut *file, &answer).is_ok() && file.write_all(b"\n").is_ok();
        self.count.fetch_add(u64::from(written), Ordering::Relaxed);
    }
}

/// Writes what customers and the warehouse say.
pub struct Pen {
    producer: BaseProducer<Acknowledged>,
    partitions: u16,
    written: u64,
    run: i64,
}

impl Pen {
    /// Writes to these brokers; acknowledgements go to a file of their own.
    pub fn open(cluster: &Cluster, answers: &Path) -> Result<Pen> {
        let mut config = ClientConfig::new();
        config
            .set("bootstrap.servers", cluster.direct())
            .set("linger.ms", "2")
            .set("enable.idempotence", "true");
        config.set("message.timeout.ms", "600000").set("message.max.bytes", "2000000");
        let file = Mutex::new(BufWriter::new(File::create(answers)?));
        let context = Acknowledged { file, count: AtomicU64::new(0), refused: AtomicU64::new(0) };
        Ok(Pen {
            producer: config.create_with_context(context)?,
            partitions: cluster.partitions,
            written: 0,
            run: wait::time().0,
        })
    }

    /// Says an event under an id nobody else has.
    pub fn say<E: Event>(&mut self, topic: Topic, subject: Key, event: &E) -> Result<Vec<u8>> {
        self.written += 1;
        let id: Key = format!("chaos-{}-{}", self.run, self.written).parse().context("an id")?;
        let value = announce(Source::Cli, EventId::from(id), subject, wait::time(), event);
        self.write(topic, subject, &value, Some((subject, EventId::from(id))))?;
        Ok(value)
    }

    /// Writes a record at home.
    pub fn write(&self, topic: Topic, key: Key, value: &[u8], asked: Option<(Key, EventId)>) -> Result<()> {
        let home = i32::from(partition_of(&key, self.partitions));
        self.put(topic, home, Some(key.as_bytes()), Some(value), Box::new(asked))
    }

    /// Writes any record anywhere.
    pub fn put(
        &self,
        topic: Topic,
        partition: i32,
        key: Option<&[u8]>,
        value: Option<&[u8]>,
        asked: Asked,
    ) -> Result<()> {
        let mut record =
            BaseRecord::<[u8], [u8], Asked>::with_opaque_to(topic.name(), asked).partition(partition);
        record.key = key;
        record.payload = value;
        loop {
            match self.producer.send(record) {
                Ok(()) => return Ok(()),
                Err((KafkaError::MessageProduction(RDKafkaErrorCode::QueueFull), back)) => {
                    record = back;
                    self.producer.poll(Duration::from_millis(10));
                }
                Err((error, _)) => return Err(anyhow!("{topic}: {error}")),
            }
        }
    }

    /// Lists the goods and receives them.
    pub fn supply(&mut self) -> Result<()> {
        for (sku, pieces) in GOODS {
            let sku: Key = sku.parse().context("a SKU")?;
            let prices = vec![Money::new(1_250, Currency::EUR)];
            let (name, description, category) = ("A thing".to_owned(), String::new(), String::new());
            self.say(Topic::Warehouse, sku, &ProductListed { name, description, category, prices })?;
            self.say(Topic::Warehouse, sku, &StockReceived { quantity: pieces })?;
        }
        self.drain()
    }

    /// Waits until the broker has everything.
    pub fn drain(&self) -> Result<()> {
        // Not `flush`: it waits a tenth of a second first.
        wait::until("delivery", Duration::from_secs(120), || {
            self.producer.poll(Duration::ZERO);
            let waiting = self.producer.in_flight_count();
            Ok(if waiting == 0 { Ok(()) } else { Err(format!("{waiting} records wait")) })
        })?;
        let acknowledged = self.producer.context();
        acknowledged.file.lock().unwrap_or_else(PoisonError::into_inner).flush()?;
        let refused = acknowledged.refused.load(Ordering::Relaxed);
        ensure!(refused == 0, "the broker refused {refused} records");
        Ok(())
    }

    /// How many events were acknowledged.
    pub fn acknowledged(&self) -> u64 {
        self.producer.context().count.load(Ordering::Relaxed)
    }
}

/// Orders being placed in the background.
pub struct Driver {
    stop: Arc<AtomicBool>,
    thread: Option<JoinHandle<Result<Pen>>>,
}

impl Driver {
    /// So many orders a second from now on, arriving by chance.
    pub fn start(pen: Pen, seed: u64, rate: u32, tally: Arc<Tally>) -> Driver {
        let stop = Arc::new(AtomicBool::new(false));
        let stopped = stop.clone();
        let arrivals = Arrivals { draw: StdRng::seed_from_u64(seed), rate: rate.into(), next: wait::now() };
        let mut customers = Customers { pen, seed, tally, later: BinaryHeap::new() };
        let thread = std::thread::spawn(move || {
            customers.come(arrivals, &stopped)?;
            customers.pen.drain()?;
            Ok(customers.pen)
        });
        Driver { stop, thread: Some(thread) }
    }

    /// Whether it still places orders.
    pub fn is_running(&self) -> bool {
        self.thread.as_ref().is_some_and(|thread| !thread.is_finished())
    }

    /// No more orders; those placed are all acknowledged.
    pub fn end(&mut self) -> Result<Pen> {
        self.stop.store(true, Ordering::Relaxed);
        let thread = self.thread.take().context("the driver has ended before")?;
        thread.join().map_err(|_| anyhow!("the driver panicked"))?
    }
}

impl Drop for Driver {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::Relaxed);
    }
}

/// When the next customer comes: by chance, at a rate, and regardless of what became of the others.
struct Arrivals {
    draw: StdRng,
    rate: f64,
    next: Instant,
}

impl Arrivals {
    fn advance(&mut self) {
        let chance: f64 = self.draw.random_range(f64::EPSILON..1.0);
        self.next += Duration::from_secs_f64(-chance.ln() / self.rate);
    }
}

struct Customers {
    pen: Pen,
    seed: u64,
    tally: Arc<Tally>,
    later: BinaryHeap<Reverse<Later>>,
}

/// What a customer does a moment after placing.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct Later {
    due: Instant,
    number: usize,
    what: What,
}

#[derive(PartialEq, Eq, PartialOrd, Ord)]
enum What {
    Cancel,
    /// The same order under a new event id.
    Again,
    /// The same record.
    Record(Vec<u8>),
}

impl Customers {
    fn come(&mut self, mut arrivals: Arrivals, stopped: &AtomicBool) -> Result<()> {
        while !stopped.load(Ordering::Relaxed) {
            let now = wait::now();
            while arrivals.next <= now {
                self.place(arrivals.next)?;
                arrivals.advance();
            }
            self.do_later(now)?;
            self.pen.producer.poll(Duration::ZERO);
            wait::pause(Duration::from_millis(4));
        }
        Ok(())
    }

    fn place(&mut self, due: Instant) -> Result<()> {
        let number = self.tally.place();
        let Wish { placed, repeated, cancelled } = wish(self.seed, number);
        let record = self.pen.say(Topic::Checkout, order_id(number), &placed)?;
        if let Some((after, again)) = repeated {
            let what = if again == Again::SameEvent { What::Record(record) } else { What::Again };
            self.later.push(Reverse(Later { due: due + after, number, what }));
        }
        if let Some(after) = cancelled {
            self.later.push(Reverse(Later { due: due + after, number, what: What::Cancel }));
        }
        Ok(())
    }

    fn do_later(&mut self, now: Instant) -> Result<()> {
        while self.later.peek().is_some_and(|Reverse(later)| later.due <= now) {
            let Some(Reverse(Later { number, what, .. })) = self.later.pop() else { break };
            let order = order_id(number);
            match what {
                What::Cancel => {
                    let wanted = OrderCancellationRequested { reason: None };
                    self.pen.say(Topic::Checkout, order, &wanted)?;
                }
                What::Again => {
                    self.pen.say(Topic::Checkout, order, &wish(self.seed, number).placed)?;
                }
                What::Record(value) => self.pen.write(Topic::Checkout, order, &value, None)?,
            }
        }
        Ok(())
    }
}
