//! `Shop`: the real services, two processes each, on one memory log, in virtual time.

use std::{cell::RefCell, collections::BTreeSet, rc::Rc, time::Duration};

use choreography::{Clock, Fatal, Input, NoOutside, memory::MemoryLog};
use events_schema::{Key, OwnedRecord, Source as Emitter, Topic};
use invariants::History;
use inventory::Inventory;
use order::Order;
use payment::{
    Payment,
    provider::{Bank, Movement, Simulation},
};
use rand::{SeedableRng, rngs::StdRng};

use crate::{
    Plan, Time,
    fragile::{Broken, Fragile, Planted},
    process::{Ground, Instance, Made, Process},
    provider::{Line, Owns, Provider},
};

/// A simulated shop.
pub struct Shop {
    pub(crate) plan: Plan,
    pub(crate) log: MemoryLog,
    pub(crate) time: Time,
    pub(crate) provider: Rc<RefCell<Provider>>,
    pub(crate) processes: Vec<Box<dyn Process>>,
    pub(crate) broken: [(Emitter, Broken); 3],
    /// Subjects for which something may rightly be parked.
    pub(crate) poisoned: BTreeSet<Key>,
    /// Whether inventory broke on an order, which may park others in its stead.
    pub(crate) neighbours_break: bool,
    /// How many events outsiders have written.
    pub(crate) written: u64,
    /// Why a process ended that should not have.
    pub(crate) fatal: Option<String>,
}

impl Shop {
    /// Opens a shop: its processes run, its products are listed and in stock.
    pub fn open(plan: Plan) -> Result<Shop, String> {
        let (log, time) = (MemoryLog::new(plan.partitions), Time::default());
        let losing = if plan.has(crate::plan::Trouble::LostCalls) { 0.2 } else { 0.0 };
        let bank = Bank::new(Simulation { seed: plan.seed, success_rate: 0.8, ..Simulation::default() });
        let chance = StdRng::seed_from_u64(plan.seed ^ 0xba4c);
        let provider = Rc::new(RefCell::new(Provider::new(bank, losing, chance)));
        let broken = [Emitter::Order, Emitter::Inventory, Emitter::Payment].map(|of| (of, Broken::default()));
        let ground = Ground { log: log.clone(), time: time.clone(), pace: plan.pace };
        let processes = processes(&plan, &ground, &provider, &broken);
        let (poisoned, written, fatal) = (BTreeSet::new(), 0, None);
        let neighbours_break = false;
        let mut shop =
            Shop { neighbours_break, plan, log, time, provider, processes, broken, poisoned, written, fatal };
        for (sku, pieces) in shop.plan.stock.clone() {
            shop.list(sku, 500 + i64::from(sku.as_bytes()[0]));
            if pieces > 0 {
                shop.receive(sku, pieces);
            }
        }
        shop.settle()?;
        Ok(shop)
    }

    /// One turn of one process. A process that died, or was fenced, stays down until it is started.
    pub(crate) fn turn(&mut self, at: usize) -> bool {
        match self.processes[at].turn() {
            Ok(turned) => turned != choreography::Turned::default(),
            Err(Fatal::Fenced(_)) => true,
            Err(Fatal::Client(what)) if what == "the process died" => true,
            Err(fatal) => {
                self.fatal = Some(format!("{} ended: {fatal}", self.processes[at].service()));
                true
            }
        }
    }

    /// Turns every process until nothing happens any more, however long one waits.
    pub fn settle(&mut self) -> Result<(), String> {
        // Sweeps, retries and a provider's second thoughts come within a minute; deadlines within a lifetime.
        let waits: Vec<Duration> = (0..14)
            .map(|_| Duration::from_secs(5))
            .chain([self.plan.lifetime])
            .chain((0..14).map(|_| Duration::from_secs(5)))
            .collect();
        let (mut waited, mut still) = (0, 0);
        for _ in 0..3_000 {
            let busy = (0..self.processes.len()).fold(false, |busy, at| self.turn(at) | busy);
            if let Some(fatal) = self.fatal.take() {
                return Err(fatal);
            }
            self.raise();
            still = if busy { 0 } else { still + 1 };
            if busy {
                waited = 0;
            } else if still >= 3 {
                let Some(wait) = waits.get(waited) else { return Ok(()) };
                self.time.pass(*wait);
                waited += 1;
            }
        }
        Err(format!("it never settles; last of all was said:\n{}", crate::story::newest(&self.history(), 12)))
    }

    /// Starts what is down.
    pub(crate) fn raise(&mut self) {
        self.processes.iter_mut().filter(|process| !process.runs()).for_each(|process| process.start());
    }

    /// Everything that is committed.
    pub fn history(&self) -> History {
        let mut history = History::default();
        self.records().iter().for_each(|record| history.push(&record.as_record()));
        history
    }

    /// Every committed record, by topic and partition.
    pub fn records(&self) -> Vec<OwnedRecord> {
        let inputs = Topic::ALL
            .into_iter()
            .flat_map(|topic| (0..self.plan.partitions).map(move |partition| Input { topic, partition }));
        inputs.flat_map(|input| self.log.committed_records(input)).collect()
    }

    /// The payment provider's own ledger.
    pub fn ledger(&self) -> Vec<Movement> {
        self.provider.borrow().bank.movements().to_vec()
    }

    /// Lets time pass, with everybody at work.
    pub fn wait(&mut self, span: Duration) {
        let end = self.time.now() + span;
        while self.time.now() < end {
            for at in 0..self.processes.len() {
                self.turn(at);
            }
            self.time.pass(Duration::from_millis(10));
        }
    }
}

fn processes(
    plan: &Plan,
    ground: &Ground,
    provider: &Rc<RefCell<Provider>>,
    broken: &[(Emitter, Broken); 3],
) -> Vec<Box<dyn Process>> {
    let mut all: Vec<Box<dyn Process>> = Vec::new();
    let planted = plan.planted;
    let [(_, in_order), (_, in_inventory), (_, in_payment)] = broken;
    for n in 0..2_u64 {
        let (name, seed) = (n.to_string(), plan.seed.wrapping_mul(31).wrapping_add(n));
        let settings = order::Settings { lifetime: plan.lifetime, ..order::Settings::default() };
        let service = move || Order::new(settings.clone());
        all.push(instance(ground, &name, seed, fragile(service, planted, in_order, || Box::new(NoOutside))));
        let settings = inventory::Settings { least_deal: plan.least_deal };
        let service = move || Inventory::new(settings);
        all.push(instance(
            ground,
            &name,
            seed ^ 1,
            fragile(service, planted, in_inventory, || Box::new(NoOutside)),
        ));
        let (provider, time) = (Rc::clone(provider), ground.time.clone());
        let outside = move || -> Box<dyn Owns<Fragile<Payment>>> {
            Box::new(Line::new(Rc::clone(&provider), time.clone()))
        };
        all.push(instance(ground, &name, seed ^ 2, fragile(Payment::default, planted, in_payment, outside)));
    }
    all
}

fn fragile<S: choreography::Service>(
    service: impl Fn() -> S + 'static,
    planted: Option<Planted>,
    broken: &Broken,
    outside: impl Fn() -> Box<dyn Owns<Fragile<S>>> + 'static,
) -> impl Fn() -> Made<Fragile<S>> + 'static {
    let broken = Rc::clone(broken);
    move || (Fragile { service: service(), broken: Rc::clone(&broken), planted }, outside())
}

fn instance<S: choreography::Service>(
    ground: &Ground,
    name: &str,
    seed: u64,
    make: impl Fn() -> Made<S> + 'static,
) -> Box<dyn Process> {
    Box::new(Instance::new(ground.clone(), name.to_owned(), seed, make))
}
