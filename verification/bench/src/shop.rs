//! The three services of one round: goods on their shelves first, then processes of their own on fresh topics.

use std::{
    io::{Read, Write},
    net::{TcpListener, TcpStream},
    path::Path,
    time::Duration,
};

use anyhow::{Context, Result};
use events_schema::{
    Topic,
    warehouse::{ProductListed, StockReceived},
};

use crate::{
    client::{Ground, Pen, ends},
    count::Count,
    mix::{PRODUCTS, key, price, sku},
    process::Process,
    programs::Programs,
};
use rig::wait;

/// The services, in the order in which they are started.
pub const SERVICES: [&str; 3] = ["inventory", "order", "payment"];

/// All of them, in one process.
const ALL: &str = "all";

/// How long anything may take to come up.
const START: Duration = Duration::from_secs(60);

/// Services on one ground.
pub struct Shop<'a> {
    /// Where they work.
    pub ground: Ground,
    programs: &'a Programs,
    folder: &'a Path,
}

/// One service that runs, and where it tells its figures.
pub struct Running {
    /// The processes, in the order of [`SERVICES`].
    pub processes: Vec<Process>,
    ports: Vec<u16>,
}

impl<'a> Shop<'a> {
    /// Creates the topics.
    pub fn found(programs: &'a Programs, folder: &'a Path, ground: &Ground) -> Result<Shop<'a>> {
        let partitions = ground.partitions.to_string();
        let args = ["init", "--brokers", &ground.brokers, "--prefix", &ground.prefix];
        programs.operate(&[&args[..], &["--partitions", &partitions]].concat())?;
        Ok(Shop { ground: ground.clone(), programs, folder })
    }

    /// Lists all products and receives so many pieces of each: done by inventory, before the others are there.
    pub fn supply(&self, pieces: i64) -> Result<()> {
        let pen = Pen::open(&self.ground, 5)?;
        for product in 0..PRODUCTS {
            let name = format!("Product {product}");
            let listed = ProductListed {
                name,
                description: String::new(),
                category: String::new(),
                prices: vec![price(product)],
            };
            let subject = key(&sku(product));
            pen.say(subject, &listed, &format!("listed-{product}"))?;
            pen.say(subject, &StockReceived { quantity: pieces }, &format!("received-{product}"))?;
        }
        pen.drain()?;
        let mut inventory = self.start("inventory", None, &[])?;
        let wanted = i64::from(PRODUCTS) * i64::from(self.ground.partitions);
        wait::until("products in the catalog", START, || {
            inventory.lives()?;
            let published = ends(&self.ground, Topic::Catalog)?;
            Ok(if published >= wanted { Ok(()) } else { Err(format!("{published} of {wanted} rows")) })
        })?;
        wait::until("pieces on the shelves", START, || {
            inventory.lives()?;
            self.shelved()
        })?;
        Process::end_all(vec![inventory]).map(drop)
    }

    /// Whether all that came in is where it was sent: an order that comes before it would wait, and cost more.
    fn shelved(&self) -> Result<Result<(), String>> {
        let count = Count::read(&self.ground)?;
        let of = |event: &str| count.events.get(event).copied().unwrap_or(0);
        let (added, sent, there) = (of("StockAdded"), of("StockAllotted"), of("StockShelved"));
        // Each parcel is two records: the fact, and its copy on the shelf's partition.
        let all = added == u64::from(PRODUCTS) && 2 * there == sent;
        Ok(if all {
            Ok(())
        } else {
            Err(format!("{added} products, {} parcels sent, {there} shelved", sent / 2))
        })
    }

    /// Starts one service.
    fn start(&self, service: &str, port: Option<u16>, more: &[String]) -> Result<Process> {
        let (other, more) = match more.split_first() {
            Some((first, rest)) if first.starts_with('@') => (Some(&first[1..]), rest),
            _ => (None, more),
        };
        let mut command = match service {
            ALL => {
                let mut command = self.programs.command("orderctl", other);
                command.args(["run", "all"]);
                command
            }
            _ => self.programs.command(service, other),
        };
        command.args(["--brokers", &self.ground.brokers, "--prefix", &self.ground.prefix]);
        command.args(["--log", "info,facts=warn", "--log-format", "json"]);
        if let Some(port) = port {
            command.args(["--admin", &format!("127.0.0.1:{port}")]);
        }
        if service == "payment" || service == ALL {
            // The provider's own time is no matter of ours: it answers at once.
            command.args(["--simulated-latency-ms", "0"]);
        }
        command.args(more);
        let log = match more {
            [] => format!("{service}.log"),
            _ => format!("{service}-{}.log", more.len()),
        };
        Process::start(service, command, &self.folder.join(log))
    }

    /// Starts all three, with these flags besides; they wait for nobody.
    pub fn open(&self, more: &[String]) -> Result<Running> {
        self.open_these(&SERVICES, more)
    }

    /// Starts all three in one process.
    pub fn open_in_one(&self, more: &[String]) -> Result<Running> {
        self.open_these(&[ALL], more)
    }

    /// Starts these only.
    pub fn open_these(&self, services: &[&str], more: &[String]) -> Result<Running> {
        let mut running = Running { processes: Vec::new(), ports: Vec::new() };
        for service in services {
            let port = TcpListener::bind("127.0.0.1:0")?.local_addr()?.port();
            running.processes.push(self.start(service, Some(port), more)?);
            running.ports.push(port);
        }
        Ok(running)
    }

    /// Starts the service of this number again, where it was.
    pub fn again(&self, running: &mut Running, at: usize) -> Result<()> {
        running.processes[at] = self.start(SERVICES[at], Some(running.ports[at]), &[])?;
        Ok(())
    }

    /// Starts a second instance of a service.
    pub fn neighbour(&self, at: usize) -> Result<Process> {
        self.start(SERVICES[at], None, &["--instance".to_owned(), "neighbour".to_owned()])
    }
}

impl Running {
    /// Processes that tell no figures.
    pub fn without_figures(processes: Vec<Process>) -> Running {
        Running { processes, ports: Vec::new() }
    }

    /// Waits until all have their tasks and have restored them.
    pub fn await_ready(&mut self) -> Result<()> {
        self.processes.iter_mut().try_for_each(|service| service.await_words("\"message\":\"ready\"", START))
    }

    /// The sum of a figure over all services and labels.
    pub fn figure(&self, name: &str) -> Result<f64> {
        let mut sum = 0.0;
        for port in &self.ports {
            let text = metrics(*port)?;
            let lines = text.lines().filter(|line| line.starts_with(name) && !line.starts_with('#'));
            sum += lines.filter_map(|line| line.rsplit(' ').next()?.parse::<f64>().ok()).sum::<f64>();
        }
        Ok(sum)
    }

    /// Asks all to end and waits until they have.
    pub fn end(self) -> Result<()> {
        Process::end_all(self.processes).map(drop)
    }
}

fn metrics(port: u16) -> Result<String> {
    let mut stream = TcpStream::connect(("127.0.0.1", port)).context("a service's admin port")?;
    stream.set_read_timeout(Some(Duration::from_secs(5)))?;
    stream.write_all(b"GET /metrics HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")?;
    let mut text = String::new();
    stream.read_to_string(&mut text)?;
    Ok(text)
}
