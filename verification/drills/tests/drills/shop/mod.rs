//! A shop under drill: its own topics on a shared broker, its processes, its customers, and who looks on.

mod bank;
mod customer;
pub mod load;
mod onlooker;
mod process;
pub mod wait;

use std::{
    collections::{BTreeMap, BTreeSet},
    path::{Path, PathBuf},
    process::{Command, Output},
    sync::OnceLock,
    time::Duration,
};

use events_schema::{Key, Timestamp, Topic};
use invariants::{Books, Fate, Verdict};

use self::wait::{eventually, so};
pub use self::{
    bank::Bank,
    customer::{Customer, Wish, time},
    load::Load,
    onlooker::Onlooker,
    process::{Process, SOON},
};

/// Partitions of every topic.
pub const PARTITIONS: u16 = 4;
/// The services, each a process of its own.
pub const SERVICES: [&str; 3] = ["inventory", "order", "payment"];

/// What the load orders, and more of it than it can order.
pub const GOODS: [(&str, i64); 2] = [("mug", 100_000), ("poster", 100_000)];

/// A shop under drill.
pub struct Shop {
    pub brokers: String,
    pub prefix: String,
    folder: PathBuf,
    flags: Vec<String>,
    processes: BTreeMap<(&'static str, u8), Process>,
    pub customer: Customer,
    pub onlooker: Onlooker,
    bank: Option<Bank>,
}

impl Shop {
    /// A shop with topics and nothing else; `None` where there is no broker to drill on.
    pub fn bare(drill: &str) -> Option<Shop> {
        let shop = Shop::unprepared(drill)?;
        shop.operate(&["init", "--partitions", &PARTITIONS.to_string()]);
        shop.onlooker.begin();
        Some(shop)
    }

    /// A shop without topics.
    pub fn unprepared(drill: &str) -> Option<Shop> {
        #[expect(clippy::disallowed_methods, reason = "how a test is told of a real broker")]
        let Ok(brokers) = std::env::var("ORDERS_TEST_BROKERS") else {
            println!("skipped: no ORDERS_TEST_BROKERS");
            return None;
        };
        let prefix = format!("drill-{drill}-{}-{}.", std::process::id(), time().as_millis());
        let folder = target().join("drills").join(drill);
        let _ = std::fs::remove_dir_all(&folder);
        std::fs::create_dir_all(&folder).unwrap();
        let flags =
            ["--session-timeout-ms", "3000", "--transaction-timeout-ms", "5000", "--log-format", "json"];
        Some(Shop {
            customer: Customer::new(&brokers, &prefix),
            onlooker: Onlooker::new(&brokers, &prefix),
            flags: flags.map(str::to_owned).into(),
            processes: BTreeMap::new(),
            bank: None,
            brokers,
            prefix,
            folder,
        })
    }

    /// A shop that is open: goods on its shelves, one process of each service. `flags` are for all of them.
    pub fn open(drill: &str, goods: &[(&str, i64)], flags: &[&str]) -> Option<Shop> {
        let mut shop = Shop::bare(drill)?;
        shop.prepare(goods, flags);
        Some(shop)
    }

    /// The same with a bank outside, whose ledger is audited in the end: the simulated one forgets with its process.
    pub fn open_with_bank(drill: &str, goods: &[(&str, i64)], flags: &[&str]) -> Option<Shop> {
        let mut shop = Shop::bare(drill)?;
        let bank = shop.bank.insert(Bank::open());
        let url = bank.url().to_owned();
        shop.prepare(goods, &[flags, &["--provider-url", &url]].concat());
        Some(shop)
    }

    fn prepare(&mut self, goods: &[(&str, i64)], flags: &[&str]) {
        self.flags.extend(flags.iter().map(|flag| (*flag).to_owned()));
        goods.iter().for_each(|(sku, pieces)| self.customer.supply(sku, *pieces));
        self.customer.drain();
        self.start("inventory", 0).await_ready();
        // The order service reads the catalog to its end when it starts, and no order may come before.
        self.await_count("ProductPublished", goods.len() * usize::from(PARTITIONS));
        self.start("payment", 0);
        self.start("order", 0).await_ready();
        self.process("payment", 0).await_ready();
    }

    /// Starts a process, or starts it again under its old name.
    pub fn start(&mut self, service: &'static str, instance: u8) -> &mut Process {
        self.start_with(service, instance, &["--instance", &instance.to_string()])
    }

    /// Starts a process with flags of its own. `seat` is what this shop knows it by, not the service's instance.
    pub fn start_with(&mut self, service: &'static str, seat: u8, flags: &[&str]) -> &mut Process {
        let shared = self.flags.iter().map(String::as_str);
        let args: Vec<&str> =
            ["run", service].into_iter().chain(shared).chain(flags.iter().copied()).collect();
        let command = self.ctl(&args);
        let log = self.folder.join(format!("{service}-{seat}.log"));
        self.processes.insert((service, seat), Process::start(command, log));
        self.process(service, seat)
    }

    /// A process that was started.
    pub fn process(&mut self, service: &'static str, instance: u8) -> &mut Process {
        self.processes.get_mut(&(service, instance)).unwrap()
    }

    /// The operator's program on this shop.
    pub fn ctl(&self, args: &[&str]) -> Command {
        orderctl(&self.brokers, &self.prefix, args)
    }

    /// Runs the operator's program to a good end; returns what it printed.
    #[track_caller]
    pub fn operate(&self, args: &[&str]) -> String {
        let Output { status, stdout, stderr } = self.ctl(args).output().unwrap();
        let [out, err] = [stdout, stderr].map(|bytes| String::from_utf8(bytes).unwrap());
        assert!(status.success(), "orderctl {args:?}: {status}\n{out}{err}");
        out
    }

    /// Places orders and waits until the broker has them.
    pub fn place(&self, wishes: &[Wish]) {
        wishes.iter().for_each(|wish| self.customer.place(wish));
        self.customer.drain();
    }

    /// How many events of this type there are now.
    pub fn count(&mut self, kind: &str) -> usize {
        self.onlooker.look(Duration::from_millis(30));
        self.onlooker.read.counts.get(kind).copied().unwrap_or_default()
    }

    /// Waits until there are at least so many events of this type.
    #[track_caller]
    pub fn await_count(&mut self, kind: &str, least: usize) {
        eventually(kind, SOON, || {
            let found = self.count(kind);
            so(found >= least, || format!("{found} of {least}"))
        });
    }

    /// Waits until so many more orders have ended: whatever is there by now works under load.
    #[track_caller]
    pub fn await_more_endings(&mut self, more: usize) {
        self.onlooker.look(Duration::from_millis(30));
        self.await_ended(self.onlooker.read.ended.len() + more);
    }

    /// Waits until a service has said something it decided after this time; returns how long that took from now on.
    #[track_caller]
    pub fn await_fact_after(&mut self, service: &str, time: Timestamp) -> Duration {
        let since = wait::now();
        eventually("progress", SOON, || {
            self.onlooker.look(Duration::from_millis(30));
            so(self.facts_after(service, time) > 0, || format!("{service} has said nothing since {time}"))
        });
        since.elapsed()
    }

    /// How far a service's log reaches, markers included.
    pub fn length_of(&self, service: &str) -> i64 {
        self.onlooker.length_of(Topic::from_name(topic_of(service)).unwrap())
    }

    /// How many facts of a service, of those read so far, were decided after this time.
    pub fn facts_after(&self, service: &str, time: Timestamp) -> usize {
        let topic = Topic::from_name(topic_of(service)).unwrap();
        self.onlooker.read.history.of(topic).filter(|event| event.time > time).count()
    }

    /// Waits until so many orders have ended.
    #[track_caller]
    pub fn await_ended(&mut self, least: usize) {
        eventually("endings", SOON, || {
            self.onlooker.look(Duration::from_millis(30));
            let ended = self.onlooker.read.ended.len();
            so(ended >= least, || format!("{ended} of {least}"))
        });
    }

    /// Waits until these orders have ended and nothing is under way, and judges everything that ever happened.
    /// Returns the fate of every order.
    #[track_caller]
    pub fn settle(&mut self, orders: &BTreeSet<Key>, bound: Duration) -> BTreeMap<Key, Fate> {
        eventually("all is settled and every promise holds", bound, || self.settled(orders));
        let history = &self.onlooker.read.history;
        println!("{} orders, {} events; every promise holds:", orders.len(), history.len());
        for verdict in invariants::check(history, true) {
            println!("  {verdict}");
        }
        if let Some((charges, refunds)) = self.bank.as_ref().map(Bank::movements) {
            println!("  the bank agrees: {charges} charges, {refunds} refunds");
        }
        history.fates()
    }

    /// Waits until these orders have ended and nothing is under way, while one order still waits for somebody.
    #[track_caller]
    pub fn settle_but(&mut self, orders: &BTreeSet<Key>, waiting: &Key) {
        assert!(!orders.contains(waiting));
        eventually("all others are settled", SOON, || self.settled(orders));
        assert!(!self.onlooker.read.ended.contains(waiting), "{waiting} has ended");
    }

    fn settled(&mut self, orders: &BTreeSet<Key>) -> Result<(), String> {
        self.onlooker.look(Duration::from_millis(30));
        let open: Vec<&Key> = orders.difference(&self.onlooker.read.ended).collect();
        so(open.is_empty(), || format!("{} of {} have not ended, as {}", open.len(), orders.len(), open[0]))?;
        self.onlooker.all_consumed()?;
        let history = &self.onlooker.read.history;
        let broken = invariants::check(history, true).into_iter().find(|verdict| !verdict.holds());
        so(broken.is_none(), || broken.as_ref().map(Verdict::to_string).unwrap_or_default())?;
        let books = Books::of(history);
        so(books.balance(), || format!("the books do not balance: {books:?}"))?;
        self.bank.as_ref().map_or(Ok(()), |bank| bank.audit(&history.fates()))
    }
}

impl Drop for Shop {
    fn drop(&mut self) {
        if std::thread::panicking() {
            for ((service, instance), process) in &self.processes {
                eprintln!(
                    "--- {service}-{instance}, the end of {}:\n{}",
                    self.folder.display(),
                    process.tail()
                );
            }
        }
    }
}

/// The topic a service speaks on.
fn topic_of(service: &str) -> &str {
    match service {
        "order" => "orders",
        "payment" => "payments",
        same => same,
    }
}

/// The orders of these wishes.
pub fn ids<'a>(wishes: impl IntoIterator<Item = &'a Wish>) -> BTreeSet<Key> {
    wishes.into_iter().map(|wish| wish.id).collect()
}

fn orderctl(brokers: &str, prefix: &str, args: &[&str]) -> Command {
    let mut command = Command::new(program());
    command.args(args).env_clear().env("ORDERS_BROKERS", brokers).env("ORDERS_PREFIX", prefix);
    command
}

/// `target/`, of which these tests are run.
fn target() -> &'static Path {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../../target"))
}

/// The program to drill, built once.
fn program() -> &'static Path {
    static PROGRAM: OnceLock<PathBuf> = OnceLock::new();
    PROGRAM.get_or_init(|| {
        #[expect(clippy::disallowed_methods, reason = "how a test is told of another program")]
        if let Ok(given) = std::env::var("ORDERCTL") {
            return given.into();
        }
        // target/<profile>/deps/drills-…
        let profile = std::env::current_exe().unwrap().ancestors().nth(2).unwrap().to_owned();
        let release: &[&str] = if profile.ends_with("release") { &["--release"] } else { &[] };
        let built =
            Command::new(env!("CARGO")).args(["build", "-p", "orderctl"]).args(release).status().unwrap();
        assert!(built.success(), "orderctl could not be built");
        profile.join("orderctl")
    })
}
