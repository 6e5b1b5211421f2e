//! A small world: P tasks of the real service, their logs, and the transfers between them.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use choreography::{Decision, Duty, Service, State, Task, To};
use events_schema::{Fact, Key, Said, Timestamp, Topic, inventory::InventoryFact, partition_of};
use inventory::{Command, Inventory, Settings, Stock};

use crate::{checks, hearing, planted::Mistake, tally::Tally};

pub type Spoken = Said<InventoryFact>;

/// A balance that was brought forward: the SKU, and where a restore of it must begin.
pub struct Balance {
    pub partition: usize,
    pub sku: Key,
    pub mark: usize,
}

pub struct World {
    service: Inventory,
    pub partitions: u16,
    pub tasks: Vec<Stock>,
    /// The fold of the logs, step by step; what an undone decision must leave behind.
    folded: Vec<Stock>,
    pub logs: Vec<Vec<Spoken>>,
    /// Transfers under way, by sender and addressee; those of one sender keep their order.
    pub lanes: BTreeMap<(u16, u16), VecDeque<Spoken>>,
    pub tallies: BTreeMap<Key, Tally>,
    /// Whom each outstanding request was made for, and what they truly need, by shelf.
    pub asked_for: BTreeMap<(u16, Key), Vec<(Key, u64)>>,
    /// What the depot kept at the last denial, by shelf.
    pub left: BTreeMap<(u16, Key), u64>,
    /// The partition of every order not over yet, and where its first fact stands on the log.
    pub open: BTreeMap<Key, (u16, usize)>,
    pub balances: Vec<Balance>,
    mistake: Option<Mistake>,
}

impl World {
    pub fn new(partitions: u16, least_deal: u64, mistake: Option<Mistake>) -> World {
        let service = Inventory::new(Settings { least_deal });
        let begin =
            || (0..partitions).map(|partition| service.begin(Task { partition, partitions })).collect();
        World {
            service,
            partitions,
            tasks: begin(),
            folded: begin(),
            logs: (0..partitions).map(|_| Vec::new()).collect(),
            lanes: BTreeMap::new(),
            tallies: BTreeMap::new(),
            asked_for: BTreeMap::new(),
            left: BTreeMap::new(),
            open: BTreeMap::new(),
            balances: Vec::new(),
            mistake,
        }
    }

    pub fn home(&self, sku: &Key) -> u16 {
        partition_of(sku, self.partitions)
    }

    pub fn begin(&self, partition: usize) -> Stock {
        self.service.begin(Task { partition: partition as u16, partitions: self.partitions })
    }

    /// The names of all facts said.
    pub fn events(&self) -> BTreeSet<&'static str> {
        self.logs.iter().flatten().map(|said| said.fact.event()).collect()
    }

    /// One input, first undone once, then for good.
    pub fn input(&mut self, partition: u16, command: &Command) -> Result<(), String> {
        let p = usize::from(partition);
        let said = self.decide(p, command);
        for said in &said {
            Inventory::evolve(&mut self.tasks[p], said.subject, &said.fact, Timestamp(0));
        }
        self.tasks[p].roll_back();
        if self.tasks[p] != self.folded[p] {
            return Err("an undone decision left something behind".to_owned());
        }
        if self.decide(p, command) != said {
            return Err("the same input was decided differently".to_owned());
        }
        self.record(p, said)
    }

    /// The next transfer of a lane reaches its addressee.
    pub fn deliver(&mut self, lane: (u16, u16)) -> Result<(), String> {
        let Some(mut copy) = self.lanes.get_mut(&lane).and_then(VecDeque::pop_front) else { return Ok(()) };
        self.lanes.retain(|_, queue| !queue.is_empty());
        if let Some(mistake) = self.mistake {
            mistake.misread(&self.tasks[usize::from(lane.1)], &copy.subject, &mut copy.fact);
        }
        self.input(lane.1, &hearing::hear_copy(copy.subject, &copy.fact))
    }

    /// Delivers until nothing is under way.
    pub fn drain(&mut self) -> Result<(), String> {
        for _ in 0..20_000 {
            match self.lanes.keys().next().copied() {
                Some(lane) => self.deliver(lane)?,
                None => return Ok(()),
            }
        }
        Err("transfers go on for ever".to_owned())
    }

    pub fn bring_forward(&mut self, partition: u16, sku: Key) -> Result<(), String> {
        let p = usize::from(partition);
        let said = self.balance_of(p, sku);
        let open = self.open.values().filter(|(at, _)| *at == partition).map(|(_, first)| *first);
        let mark = open.fold(self.logs[p].len(), usize::min);
        if !said.is_empty() {
            self.balances.push(Balance { partition: p, sku, mark });
        }
        self.record(p, said)
    }

    /// The balances of a SKU, if they can be said now.
    pub fn balance_of(&self, p: usize, sku: Key) -> Vec<Spoken> {
        let mut out = Decision::default();
        self.service.bring_forward(&self.tasks[p], sku, &mut out);
        out.said().to_vec()
    }

    fn decide(&self, p: usize, command: &Command) -> Vec<Spoken> {
        let mut out = Decision::default();
        self.service.decide(command, &self.tasks[p], Timestamp(0), &mut out);
        let mut said = out.said().to_vec();
        if let Some(mistake) = self.mistake {
            mistake.misdecide(&self.tasks[p], &mut said);
        }
        said
    }

    fn record(&mut self, p: usize, said: Vec<Spoken>) -> Result<(), String> {
        for said in said {
            self.fold(p, &said);
            self.copy(p, &said);
            self.account(p, &said);
            checks::at_fact(self, p, &said)?;
        }
        self.tasks[p].commit();
        if self.tasks[p] != self.folded[p] {
            return Err("I10: the state is not the fold of the log".to_owned());
        }
        checks::after_step(self)
    }

    fn fold(&mut self, p: usize, said: &Spoken) {
        let Said { subject, fact } = said;
        let misfolded = self.mistake.map_or_else(|| fact.clone(), |mistake| mistake.misfold(fact));
        let waited = self.tasks[p].reservation(subject).and_then(|reservation| reservation.waits_for());
        let covered = waited.and_then(|line| self.tasks[p].shelf(&line.sku)?.asked);
        let forgotten = self.mistake.is_some_and(|mistake| mistake.forgets(fact));
        let afterthought = self.mistake.and_then(|mistake| mistake.afterthought(fact, covered.unwrap_or(0)));
        let tasks = [Some(&mut self.tasks[p]), (!forgotten).then_some(&mut self.folded[p])];
        for task in tasks.into_iter().flatten() {
            Inventory::evolve(task, *subject, &misfolded, Timestamp(0));
            if let (Some(fact), Some(line)) = (&afterthought, waited) {
                Inventory::evolve(task, line.sku, fact, Timestamp(0));
            }
        }
        self.folded[p].commit();
        self.logs[p].push(said.clone());
    }

    /// Does what the fact obliges the host to.
    fn copy(&mut self, p: usize, said: &Spoken) {
        let (mut copies, mut opened, mut over) = (Vec::new(), false, false);
        Inventory::duties(&self.tasks[p], said.subject, &said.fact, &mut |duty| match duty {
            Duty::Copy(topic, to) => copies.push((topic, to)),
            Duty::Open => opened = true,
            Duty::Over => over = true,
            _ => {}
        });
        for (topic, to) in copies {
            assert_eq!(topic, Topic::StockTransfers);
            let to = match to {
                To::Home => self.home(&said.subject),
                To::Partition(partition) => partition,
                To::Everywhere => unreachable!("a transfer has one addressee"),
            };
            self.lanes.entry((p as u16, to)).or_default().push_back(said.clone());
        }
        if opened {
            self.open.entry(said.subject).or_insert((p as u16, self.logs[p].len() - 1));
        }
        if over {
            self.open.remove(&said.subject);
        }
    }

    fn account(&mut self, p: usize, said: &Spoken) {
        self.tallies.entry(said.subject).or_default().add(&said.fact);
        match &said.fact {
            InventoryFact::StockShipped(shipped) => {
                for line in &shipped.lines {
                    self.tallies.entry(line.sku).or_default().shipped += line.quantity.get();
                }
            }
            InventoryFact::StockRequested(request) => {
                let stock = &self.tasks[p];
                let line = stock.shelf(&said.subject).unwrap().line().take(request.needs.len());
                let need =
                    |order: Key| stock.reservation(&order).unwrap().waits_for().unwrap().quantity.get();
                self.asked_for
                    .insert((p as u16, said.subject), line.map(|order| (order, need(order))).collect());
            }
            InventoryFact::StockDenied(denied) => {
                let left = self.tasks[p].depot(&said.subject).map_or(0, |depot| depot.free);
                self.left.insert((denied.shelf, said.subject), left);
            }
            _ => {}
        }
    }
}
