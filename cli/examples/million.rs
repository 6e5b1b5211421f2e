//! A log with very many finished orders, and how long `orderctl` takes to find one of them.
//!
//! `cargo run --release -p orderctl --example million -- fill --orders 1000000`, on a broker on which `orderctl init`
//! made the topics; then `… -- measure --orderctl target/release/orderctl`, for the oldest, the middle and the newest.
#![forbid(unsafe_code)]

use std::{
    process::Command as Program,
    time::{Duration, Instant, SystemTime, UNIX_EPOCH},
};

use clap::{Parser, Subcommand};
use events_schema::{
    Currency, Envelope, Event, EventId, Key, Line, Money, Payment, PaymentMethod, Source, Timestamp, Token,
    Topic,
    checkout::{OfferedPayment, OrderPlaced, WantedLine},
    inventory::{ReleaseCause, StockReleased, StockReserved, StockShipped},
    orders::{CancelReason, OrderAccepted, OrderCancelled, OrderCompleted, OrderConfirmed, PricedLine},
    partition_of,
    payments::{FailureReason, PaymentCaptured, PaymentFailed, PaymentStarted, Risk},
};
use rdkafka::{
    ClientConfig,
    error::{KafkaError, RDKafkaErrorCode},
    producer::{BaseProducer, BaseRecord, Producer},
};

type Outcome<T> = Result<T, Box<dyn std::error::Error>>;

/// Fills a log, and measures how fast orders are found in it.
#[derive(Parser)]
struct Cli {
    /// The broker
    #[arg(long, global = true, default_value = "localhost:9092")]
    brokers: String,
    /// What the names of topics begin with
    #[arg(long, global = true, default_value = "")]
    prefix: String,
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Write finished orders, ten a second of log time, the newest a minute ago; prints some of their ids.
    Fill {
        #[arg(long, default_value_t = 1_000_000)]
        orders: u32,
        #[arg(long, default_value_t = 4)]
        partitions: u16,
    },
    /// Run trace, why and state --at for orders, several times each.
    Measure {
        #[arg(long)]
        orderctl: String,
        #[arg(long, default_value_t = 7)]
        times: u32,
        orders: Vec<Key>,
    },
}

fn main() -> Outcome<()> {
    let cli = Cli::parse();
    match &cli.command {
        Command::Fill { orders, partitions } => fill(&cli, *orders, *partitions),
        Command::Measure { orderctl, times, orders } => {
            orders.iter().try_for_each(|order| measure(&cli, orderctl, *times, order))
        }
    }
}

/// The time between two orders in the log, in microseconds.
const STEP: i64 = 100_000;

fn fill(cli: &Cli, orders: u32, partitions: u16) -> Outcome<()> {
    let mut config = ClientConfig::new();
    config.set("bootstrap.servers", &cli.brokers).set("compression.type", "lz4").set("acks", "1");
    config.set("linger.ms", "50").set("batch.size", "1000000").set("batch.num.messages", "20000");
    config.set("queue.buffering.max.messages", "400000");
    let producer: BaseProducer = config.create()?;
    let first = now() - 60_000_000 - i64::from(orders) * STEP;
    let since = started();
    for number in 0..orders {
        let placed = Timestamp(first + i64::from(number) * STEP);
        let order = id_of(placed, number);
        let mut pen =
            Pen { cli, producer: &producer, order, at: partition_of(&order, partitions), time: placed };
        pen.order(number)?;
        if [0, orders / 2, orders - 1].contains(&number) {
            println!("{order}");
        }
    }
    producer.flush(Duration::from_secs(300))?;
    eprintln!("{orders} orders in {:.0?}", since.elapsed());
    Ok(())
}

/// Writes one order's events.
struct Pen<'a> {
    cli: &'a Cli,
    producer: &'a BaseProducer,
    order: Key,
    at: u16,
    time: Timestamp,
}

impl Pen<'_> {
    /// Nine of ten complete; the card of the tenth is declined.
    fn order(&mut self, number: u32) -> Outcome<()> {
        let cause = self.say(Source::Cli, None, &placed())?;
        let expires_at = self.time + Duration::from_secs(900);
        let cause = self.say(Source::Order, Some(cause), &accepted(expires_at))?;
        let cause = self.say(Source::Inventory, Some(cause), &reserved(expires_at))?;
        let cause = self.say(Source::Payment, Some(cause), &asked())?;
        if number % 10 == 9 {
            let failed = PaymentFailed { reason: FailureReason::Declined, provider_reference: None };
            let cause = self.say(Source::Payment, Some(cause), &failed)?;
            let cancelled = OrderCancelled { reason: CancelReason::PaymentFailed, expires_at };
            self.say(Source::Order, Some(cause), &cancelled)?;
            let released = StockReleased { lines: lines(), cause: ReleaseCause::PaymentFailed };
            self.say(Source::Inventory, Some(cause), &released)?;
            return Ok(());
        }
        let captured =
            PaymentCaptured { amount: euros(), provider_reference: "ch_1".to_owned(), returning: false };
        let cause = self.say(Source::Payment, Some(cause), &captured)?;
        let cause = self.say(Source::Order, Some(cause), &OrderConfirmed {})?;
        let cause = self.say(Source::Inventory, Some(cause), &StockShipped { lines: lines() })?;
        self.say(Source::Order, Some(cause), &OrderCompleted {})?;
        Ok(())
    }

    fn say<E: Event>(&mut self, source: Source, cause: Option<EventId>, event: &E) -> Outcome<EventId> {
        self.time = self.time + Duration::from_millis(7);
        let id = EventId::of_fact(source, cause.unwrap_or(EventId::from(self.order)), E::TYPE, 0);
        let mut value = Vec::new();
        let time = self.time.to_string();
        let envelope = Envelope {
            kind: E::TYPE,
            id,
            source,
            subject: self.order,
            time: &time,
            causationid: cause,
            traceparent: None,
        };
        envelope.write(&mut value, |out| {
            // Writing into memory does not fail.
            let _ = serde_json::to_writer(out, event);
        });
        self.send(E::TOPICS[0], &value)?;
        Ok(id)
    }

    fn send(&self, topic: Topic, value: &[u8]) -> Outcome<()> {
        let name = format!("{}{topic}", self.cli.prefix);
        let mut record = BaseRecord::to(&name)
            .partition(i32::from(self.at))
            .key(self.order.as_bytes())
            .payload(value)
            .timestamp(self.time.as_millis());
        loop {
            match self.producer.send(record) {
                Ok(()) => break,
                Err((KafkaError::MessageProduction(RDKafkaErrorCode::QueueFull), again)) => {
                    self.producer.poll(Duration::from_millis(10));
                    record = again;
                }
                Err((error, _)) => return Err(error.into()),
            }
        }
        self.producer.poll(Duration::ZERO);
        Ok(())
    }
}

fn measure(cli: &Cli, orderctl: &str, times: u32, order: &Key) -> Outcome<()> {
    let uuid = uuid::Uuid::parse_str(order.as_str())?;
    let (seconds, _) = uuid.get_timestamp().ok_or("measure takes ids that fill printed")?.to_unix();
    let soon = Timestamp(i64::try_from(seconds)? * 1_000_000 + 2_000_000).to_string();
    let commands: [&[&str]; 3] = [&["trace"], &["why"], &["state", "--at", &soon]];
    for args in commands {
        let mut took: Vec<Duration> = Vec::new();
        for _ in 0..times {
            let since = started();
            let mut program = Program::new(orderctl);
            program.args(args).arg(order.as_str()).args(["--brokers", &cli.brokers, "--prefix", &cli.prefix]);
            let output = program.output()?;
            took.push(since.elapsed());
            if !output.status.success() {
                return Err(String::from_utf8_lossy(&output.stderr).into_owned().into());
            }
        }
        took.sort_unstable();
        println!(
            "{order} {:<5} median {:.0?}, longest {:.0?}",
            args[0],
            took[took.len() / 2],
            took[took.len() - 1]
        );
    }
    Ok(())
}

fn id_of(time: Timestamp, number: u32) -> Key {
    let millis = u64::try_from(time.as_millis()).unwrap_or(0);
    let mut rest = [0; 10];
    rest[6..].copy_from_slice(&number.to_be_bytes());
    let uuid = uuid::Builder::from_unix_timestamp_millis(millis, &rest).into_uuid();
    EventId::from(uuid).as_key()
}

#[expect(clippy::disallowed_methods, reason = "a measurement happens now")]
fn now() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_micros()).unwrap_or(0)
}

#[expect(clippy::disallowed_methods, reason = "a measurement asks the clock")]
fn started() -> Instant {
    Instant::now()
}

fn key(text: &str) -> Key {
    text.parse().unwrap_or_else(|_| unreachable!("a sound key: {text}"))
}

fn euros() -> Money {
    Money::new(1_200, Currency::EUR)
}

fn lines() -> Vec<Line> {
    let quantity = 1.try_into().unwrap_or_else(|_| unreachable!("one is a quantity"));
    vec![Line { sku: key("mug"), quantity }]
}

fn payment() -> Payment {
    Payment { method: PaymentMethod::Card, token: Token::from(key("tok_ok")) }
}

fn placed() -> OrderPlaced {
    OrderPlaced {
        order_id: None,
        customer_id: key("ada").into(),
        lines: vec![WantedLine { sku: "mug".to_owned(), quantity: 1 }],
        currency: None,
        payment: OfferedPayment { method: PaymentMethod::Card, token: "tok_ok".to_owned() },
        note: None,
    }
}

fn accepted(expires_at: Timestamp) -> OrderAccepted {
    let Line { sku, quantity } = lines()[0];
    OrderAccepted {
        customer_id: key("ada").into(),
        lines: vec![PricedLine { sku, quantity, unit_price: euros() }],
        subtotal: euros(),
        discount: Money::new(0, Currency::EUR),
        tax: Money::new(0, Currency::EUR),
        total: euros(),
        payment: payment(),
        expires_at,
    }
}

fn reserved(expires_at: Timestamp) -> StockReserved {
    StockReserved {
        lines: lines(),
        customer_id: key("ada").into(),
        total: euros(),
        payment: payment(),
        expires_at,
    }
}

fn asked() -> PaymentStarted {
    let risk = Risk { score: 0, reasons: vec![] };
    PaymentStarted { amount: euros(), method: PaymentMethod::Card, risk, token: None }
}
