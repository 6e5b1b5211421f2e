//! A shop to be broken: brokers, the wire, services, a provider, customers, and who looks on.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
    sync::Arc,
    time::{Duration, Instant},
};

use anyhow::{Result, bail};

use crate::{
    cluster::Cluster,
    driver::{Driver, Pen},
    flags::Size,
    fleet::{Fleet, SERVICES, Seat},
    lags,
    onlooker::Onlooker,
    ports::Ports,
    process::Process,
    programs::Programs,
    proxy::Proxy,
    report::Hit,
    tally::Tally,
};
use rig::wait;

/// How long anything may take to come up, or to come back.
pub const SOON: Duration = Duration::from_secs(60);
/// So long no order may end while nothing is broken and orders are open.
const QUIET: Duration = Duration::from_secs(30);
/// How often a line is printed.
const LINE: Duration = Duration::from_secs(5);

/// A shop to be broken. Fields are dropped in this order: who asks goes before who answers.
pub struct Shop {
    /// Customers.
    pub driver: Option<Driver>,
    /// Kept to keep it reading.
    _onlooker: Onlooker,
    /// The services.
    pub fleet: Fleet,
    provider: Option<Process>,
    provider_port: u16,
    /// The wire between services and brokers.
    pub proxy: Proxy,
    /// The brokers.
    pub cluster: Cluster,
    /// What it is made of.
    pub programs: Programs,
    /// Where all of this run is kept.
    pub folder: PathBuf,
    /// Every order.
    pub tally: Arc<Tally>,
    /// What was broken so far.
    pub hits: Vec<Hit>,
    /// Writes what a fault writes.
    pub pen: Pen,
    /// What is going on, in a few words.
    pub doing: String,
    /// Something is broken at the moment.
    pub under_fault: bool,
    /// Seats a fault looks after by itself.
    pub busy: Vec<Seat>,
    began: Instant,
    last_line: Instant,
}

impl Shop {
    /// Opens it: all processes are ready, goods are on the shelves, nobody has come yet.
    pub fn open(size: &Size, folder: &Path) -> Result<Shop> {
        let began = wait::now();
        let programs = Programs::find(size.scale)?;
        fs::create_dir_all(folder.join("provider"))?;
        let mut ports = Ports::new();
        let cluster = Cluster::start(folder, size.brokers, size.partitions, &mut ports)?;
        cluster.create_topics(&programs)?;
        let doors = cluster.brokers.iter().map(|broker| (broker.doors.front, broker.doors.behind));
        let proxy = Proxy::open(doors.collect())?;
        let provider_port = ports.free()?;
        let provider = format!("http://127.0.0.1:{provider_port}");
        let tally = Arc::new(Tally::new(size.partitions));
        let mut shop = Shop {
            driver: None,
            _onlooker: Onlooker::start(&cluster, tally.clone())?,
            fleet: Fleet::new(&programs, cluster.proxied(), provider, folder),
            provider: None,
            provider_port,
            pen: Pen::open(&cluster, &folder.join("answers-faults.ndjson"))?,
            proxy,
            cluster,
            programs,
            folder: folder.to_owned(),
            tally,
            hits: Vec::new(),
            doing: "opening".to_owned(),
            under_fault: true,
            busy: Vec::new(),
            began,
            last_line: began,
        };
        shop.start_provider()?;
        shop.start_services(size.instances)?;
        shop.under_fault = false;
        Ok(shop)
    }

    /// The order service reads the catalog to its end when it starts, so goods come first.
    fn start_services(&mut self, instances: u8) -> Result<()> {
        let of = |service| (0..instances).map(move |at| (service, at));
        let first: Vec<Seat> = of("inventory").collect();
        first.iter().try_for_each(|seat| self.fleet.start(*seat))?;
        self.await_ready(&first)?;
        self.pen.supply()?;
        self.until("goods on the shelves", SOON, |shop| lags::published(&shop.cluster))?;
        let rest: Vec<Seat> = SERVICES[1..].iter().flat_map(|service| of(service)).collect();
        rest.iter().try_for_each(|seat| self.fleet.start(*seat))?;
        self.await_ready(&rest)
    }

    /// Starts the provider on its books.
    pub fn start_provider(&mut self) -> Result<()> {
        let mut command = Command::new(std::env::current_exe()?);
        command.arg("provider").args(["--port", &self.provider_port.to_string()]);
        command.arg("--books").arg(self.folder.join("provider"));
        self.provider = Some(Process::start(command, &self.folder.join("provider.log"))?);
        self.until("the provider", SOON, |shop| match &shop.provider {
            Some(provider) if provider.said().contains("provider serves") => Ok(()),
            Some(provider) => Err(provider.tail(3)),
            None => Err("not started".to_owned()),
        })
    }

    /// Kills the provider; returns its number.
    pub fn kill_provider(&mut self) -> Result<u32> {
        let Some(mut provider) = self.provider.take() else { bail!("the provider does not run") };
        let pid = provider.pid();
        provider.kill()?;
        Ok(pid)
    }

    /// Customers begin to come.
    pub fn open_doors(&mut self, size: &Size) -> Result<()> {
        let pen = Pen::open(&self.cluster, &self.folder.join("answers.ndjson"))?;
        self.driver = Some(Driver::start(pen, size.seed, size.rate, self.tally.clone()));
        Ok(())
    }

    /// Waits until these processes have tasks and have restored them.
    pub fn await_ready(&mut self, seats: &[Seat]) -> Result<()> {
        self.until("ready processes", SOON, |shop| seats.iter().try_for_each(|seat| shop.fleet.ready(*seat)))
    }

    /// Seconds since the beginning.
    pub fn seconds(&self) -> f64 {
        self.began.elapsed().as_secs_f64()
    }

    /// Looks until it is so, and meanwhile sees to the shop: whoever fell is started again, standstill is noticed.
    pub fn until<T>(
        &mut self,
        what: &str,
        bound: Duration,
        mut look: impl FnMut(&mut Shop) -> Result<T, String>,
    ) -> Result<T> {
        let since = wait::now();
        loop {
            wait::go_on()?;
            self.tick()?;
            match look(self) {
                Ok(found) => return Ok(found),
                Err(why) if since.elapsed() > bound => bail!("not within {bound:?}: {what}; {why}"),
                Err(_) => wait::pause(wait::LOOK),
            }
        }
    }

    fn tick(&mut self) -> Result<()> {
        let at = self.seconds();
        self.fleet.mend(&self.busy, &self.doing, at)?;
        if self.last_line.elapsed() >= LINE {
            self.last_line = wait::now();
            self.print_line();
        }
        let open = self.tally.placed() - self.tally.ended();
        if !self.under_fault && open > 0 && self.tally.quiet() > QUIET {
            bail!("no order has ended for {QUIET:?}, though nothing is broken and {open} are open");
        }
        if self.driver.as_ref().is_some_and(|driver| !driver.is_running()) {
            self.driver.take().map_or(Ok(()), |mut driver| driver.end().map(drop))?;
            bail!("the driver stopped by itself");
        }
        Ok(())
    }

    fn print_line(&self) {
        let (placed, ended) = (self.tally.placed(), self.tally.ended());
        let (at, open, faults) = (self.seconds(), placed - ended, self.hits.len());
        eprintln!(
            "{at:5.0} s  placed {placed:6}  ended {ended:6}  open {open:5}  faults {faults:3}  {}",
            self.doing
        );
    }
}
