//! `Shop`: the real services, two processes each, on one memory log, in virtual time.

use std::{
    cell::RefCell,
    collections::{BTreeMap, BTreeSet},
    rc::Rc,
    time::Duration,
};

use choreography::{Fatal, Input, NoOutside, RememberedLimits, memory::MemoryLog};
use events_schema::{Key, OwnedRecord, Place, Source as Emitter, Topic};
use invariants::{Answer, Derivation, History, Starts};
use inventory::Inventory;
use order::Order;
use payment::{
    Payment,
    provider::{Bank, Movement, Simulation},
};
use rand::{SeedableRng, rngs::StdRng};

use crate::{
    Plan, Time, Trouble,
    forced::Forced,
    fragile::{Broken, Fragile, Planted},
    known::Known,
    process::{Ground, Instance, Made, Process, Skew},
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
    /// Where records stand that nobody can read.
    pub(crate) unreadable: Vec<Place>,
    /// Whether inventory broke on an order, which may park others in its stead.
    pub(crate) neighbours_break: bool,
    known: RefCell<Known>,
    /// Which processes sleep: they do nothing, and do not know it.
    pub(crate) asleep: Vec<bool>,
    /// How many orders were placed.
    pub(crate) placed: u64,
    /// How often each kind of trouble struck.
    pub(crate) struck: BTreeMap<Trouble, u64>,
    /// How many things were judged when it was judged last, by promise.
    pub(crate) checked: BTreeMap<&'static str, u64>,
    /// What outsiders wrote and the log took (S13).
    pub(crate) answers: Vec<Answer>,
    /// How often each process was started since the faults stopped; empty while they go on (L3).
    pub(crate) starts: Vec<Starts>,
    /// Facts decided again from the log (S14).
    pub(crate) derivations: Vec<Derivation>,
    /// How many processes were fenced.
    pub(crate) fenced: u64,
    /// What is done to one event.
    pub(crate) forced: Option<Forced>,
    /// How many events outsiders have written.
    pub(crate) written: u64,
    /// Why a process ended that should not have.
    pub(crate) fatal: Option<String>,
}

impl Shop {
    /// Opens a shop: its processes run, its products are listed and in stock.
    pub fn open(plan: Plan) -> Result<Shop, String> {
        let (log, time) = (MemoryLog::new(plan.partitions), Time::default());
        let losing = if plan.has(Trouble::LostCalls) { 0.2 } else { 0.0 };
        let bank = Bank::new(Simulation { seed: plan.seed, success_rate: 0.8, ..Simulation::default() });
        let chance = StdRng::seed_from_u64(plan.seed ^ 0xba4c);
        let provider = Rc::new(RefCell::new(Provider::new(bank, losing, chance)));
        let broken = [Emitter::Order, Emitter::Inventory, Emitter::Payment].map(|of| (of, Broken::default()));
        let ground = Ground { log: log.clone(), time: time.clone(), pace: plan.pace };
        let processes = processes(&plan, &ground, &provider, &broken);
        let (poisoned, written, fatal) = (BTreeSet::new(), 0, None);
        let (neighbours_break, known) = (false, RefCell::default());
        let asleep = vec![false; processes.len()];
        let mut shop = Shop {
            neighbours_break,
            plan,
            log,
            time,
            provider,
            processes,
            broken,
            poisoned,
            unreadable: Vec::new(),
            known,
            asleep,
            placed: 0,
            struck: BTreeMap::new(),
            checked: BTreeMap::new(),
            answers: Vec::new(),
            starts: Vec::new(),
            derivations: Vec::new(),
            fenced: 0,
            forced: None,
            written,
            fatal,
        };
        for (sku, pieces) in shop.plan.stock.clone() {
            shop.list(sku, 500 + i64::from(sku.as_bytes()[0]));
            if pieces > 0 {
                shop.receive(sku, pieces);
            }
        }
        if shop.plan.orders > 0 {
            shop.list_oddities();
        }
        shop.settle()?;
        Ok(shop)
    }

    /// One turn of one process. A process that died, or was fenced, stays down until it is started.
    pub(crate) fn turn(&mut self, at: usize) -> bool {
        if self.asleep[at] {
            return false;
        }
        let turned = self.processes[at].turn();
        self.see_to_it();
        match turned {
            Ok(turned) => turned != choreography::Turned::default(),
            Err(Fatal::Fenced(_)) => {
                self.fenced += 1;
                true
            }
            Err(Fatal::Client(what)) if what == "the process died" => true,
            Err(fatal) => {
                self.fatal = Some(format!("L3: {} ended: {fatal}", self.processes[at].service()));
                true
            }
        }
    }

    /// Every process's clock is ahead by so much, or right again.
    pub fn set_clocks(&mut self, ahead: Duration) {
        let micros = i64::try_from(ahead.as_micros()).unwrap_or(i64::MAX / 4);
        self.processes.iter_mut().for_each(|process| process.set_clock(Skew::By(micros)));
    }

    /// A kind of trouble struck.
    pub(crate) fn struck(&mut self, trouble: Trouble) {
        *self.struck.entry(trouble).or_default() += 1;
    }

    /// Starts what is down.
    pub(crate) fn raise(&mut self) {
        for (at, process) in self.processes.iter_mut().enumerate().filter(|(_, process)| !process.runs()) {
            process.start();
            if let Some(one) = self.starts.get_mut(at) {
                one.started += 1;
            }
        }
    }

    /// Everything that is committed.
    pub fn history(&self) -> Rc<History> {
        let mut known = self.known.borrow_mut();
        known.catch_up(&self.log);
        Rc::clone(&known.history)
    }

    /// Every committed record, by topic and partition.
    pub fn records(&self) -> Vec<OwnedRecord> {
        let inputs = Topic::ALL
            .into_iter()
            .flat_map(|topic| (0..self.plan.partitions).map(move |partition| Input { topic, partition }));
        inputs.flat_map(|input| self.log.committed_records(input)).collect()
    }

    /// The order and the inventory service, as they are in every process.
    pub(crate) fn services(&self) -> (impl Fn() -> Order + use<>, impl Fn() -> Inventory + use<>) {
        services(&self.plan)
    }

    /// The payment provider's own ledger.
    pub fn ledger(&self) -> Vec<Movement> {
        self.provider.borrow().bank.movements().to_vec()
    }
}

/// The services that have settings of the plan's.
fn services(plan: &Plan) -> (impl Fn() -> Order + use<>, impl Fn() -> Inventory + use<>) {
    let remembered = RememberedLimits { count: plan.remembered, ..RememberedLimits::default() };
    let order = order::Settings { lifetime: plan.lifetime, remembered, ..Default::default() };
    let inventory = inventory::Settings { least_deal: plan.least_deal };
    (move || Order::new(order.clone()), move || Inventory::new(inventory))
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
        let (service, stock) = services(plan);
        all.push(instance(ground, &name, seed, fragile(service, planted, in_order, || Box::new(NoOutside))));
        all.push(instance(
            ground,
            &name,
            seed ^ 1,
            fragile(stock, planted, in_inventory, || Box::new(NoOutside)),
        ));
        let (provider, time) = (Rc::clone(provider), ground.time.clone());
        let outside = move || -> Box<dyn Owns<Fragile<Payment>>> {
            Box::new(Line::new(Rc::clone(&provider), time.clone()))
        };
        all.push(instance(ground, &name, seed ^ 2, fragile(payment_of_few, planted, in_payment, outside)));
    }
    all
}

/// A history has few orders: payments are packed early, so that it meets packed ones.
fn payment_of_few() -> Payment {
    Payment::new(payment::Settings { unpacked: 2, ..payment::Settings::default() })
}

fn fragile<S: crate::planted::Misled>(
    service: impl Fn() -> S + 'static,
    planted: Option<Planted>,
    broken: &Broken,
    outside: impl Fn() -> Box<dyn Owns<Fragile<S>>> + 'static,
) -> impl Fn() -> Made<Fragile<S>> + 'static {
    let broken = Rc::clone(broken);
    move || (Fragile { service: service(), broken: Rc::clone(&broken), planted }, outside())
}

fn instance<S: choreography::Service<State: std::fmt::Debug>>(
    ground: &Ground,
    name: &str,
    seed: u64,
    make: impl Fn() -> Made<S> + 'static,
) -> Box<dyn Process> {
    Box::new(Instance::new(ground.clone(), name.to_owned(), seed, make))
}
