//! `Escrow`: the protocol as a model: its states, and what can happen in each.

use std::sync::Arc;

use choreography::{Duty, Service, Task, To};
use events_schema::{Key, Timestamp, partition_of};
use inventory::{Command, Inventory, Settings};
use stateright::{Model, Property};

use super::{
    account::{Ledger, names},
    checks,
    letters::{Letters, Post, Sent},
    outside::{self, Input, Phase},
    plan::{Ending, Plan},
};
use crate::{
    broken::Broken,
    coverage::Seen,
    report::Explored,
    situations::{Situation, Situations, Spoken},
    tamper::{Honest, Tamper},
    wire::key,
};

/// More steps than any story of a plan has: transfers that need more go in circles.
const MOST_STEPS: u16 = 400;

pub(crate) type Shelves = Situations<Inventory, Ledger>;
pub(crate) type Corner = Situation<Inventory, Ledger>;

/// A state of the whole.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Default)]
pub struct World {
    /// The situation of each partition.
    pub(crate) tasks: [u32; 3],
    /// Transfers under way, by lane, those of a lane in order.
    pub(crate) lanes: Vec<Sent>,
    pub(crate) orders: [Phase; 4],
    /// How much of what the warehouse will say of each product has been said.
    pub(crate) later: [u8; 2],
    steps: u16,
    pub(crate) broken: Broken,
}

/// What can happen.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Act {
    /// The next transfer of a lane arrives.
    Arrive(u8),
    /// An order is accepted.
    Accept(u8),
    /// An order ends.
    End(u8, Ending),
    /// The warehouse says the next it has to say of a product.
    Warehouse(u8, u8),
}

/// The escrow protocol under one plan.
pub struct Escrow {
    pub(crate) plan: Plan,
    pub(crate) skus: Arc<[Key]>,
    pub(crate) homes: Vec<u16>,
    pub(crate) orders: Arc<[Key]>,
    pub(crate) tasks: Vec<Shelves>,
    pub(crate) letters: Letters,
    inputs: Vec<(Act, Input)>,
    tamper: Option<Arc<dyn Tamper<Inventory>>>,
    seen: Seen,
}

impl Escrow {
    /// The protocol as it is.
    pub fn new(plan: Plan) -> Escrow {
        Escrow::with(plan, None)
    }

    /// The protocol with a mistake in it.
    pub fn tampered(plan: Plan, tamper: Arc<dyn Tamper<Inventory>>) -> Escrow {
        Escrow::with(plan, Some(tamper))
    }

    fn with(plan: Plan, tamper: Option<Arc<dyn Tamper<Inventory>>>) -> Escrow {
        let skus: Arc<[Key]> = plan.skus.iter().map(|product| key(product.sku)).collect();
        let orders: Arc<[Key]> = (1..=plan.orders.len()).map(|n| key(&format!("order-{n}"))).collect();
        let service = Inventory::new(Settings { least_deal: plan.least_deal });
        let task = |partition| {
            let task = Task { partition, partitions: plan.partitions };
            let ledger = Ledger::new(Arc::clone(&skus), Arc::clone(&orders));
            let tamper = tamper.clone().unwrap_or_else(|| Arc::new(Honest));
            Situations::new(service, tamper, ledger, move |service: &Inventory| service.begin(task))
        };
        Escrow {
            tasks: (0..plan.partitions).map(task).collect(),
            homes: skus.iter().map(|sku| partition_of(sku, plan.partitions)).collect(),
            inputs: outside::inputs(&plan, &skus, &orders),
            letters: Letters::default(),
            seen: Seen::default(),
            skus,
            orders,
            plan,
            tamper,
        }
    }

    pub(crate) fn corner(&self, world: &World, partition: u16) -> Arc<Corner> {
        let partition = usize::from(partition);
        self.tasks[partition].get(world.tasks[partition])
    }

    pub(crate) fn lane(&self, from: u16, to: u16) -> u8 {
        (from * self.plan.partitions + to) as u8
    }

    /// The input of a partition that an act of the outside is; its number among all inputs.
    fn input(&self, act: Act) -> Option<(u32, &Input)> {
        let at = self.inputs.iter().position(|(of, _)| *of == act)?;
        Some((1 << 20 | at as u32, &self.inputs[at].1))
    }

    /// What arrives, and where.
    fn arrive(&self, world: &mut World, lane: u8) -> Option<(u16, u32, Arc<Post>)> {
        let at = world.lanes.iter().position(|sent| sent.lane == lane)?;
        let mut letter = world.lanes.remove(at).letter;
        let to = u16::from(lane) % self.plan.partitions;
        if let Some(tamper) = &self.tamper {
            let mut said = self.letters.get(letter).said.clone();
            tamper.read(&self.corner(world, to).state, &said.subject.clone(), &mut said.fact);
            letter = self.letters.number(&said);
        }
        Some((to, u32::from(letter), self.letters.get(letter)))
    }

    /// A partition takes an input.
    fn take(&self, world: &mut World, partition: u16, input: u32, command: &Command) {
        let at = usize::from(partition);
        let before = world.clone();
        let effect = |from: &Corner, said: &[Spoken<Inventory>]| {
            self.seen.notice_stock(&from.state, said);
            self.sent(partition, said)
        };
        let step = self.tasks[at].step((world.tasks[at], input), command, Timestamp(0), effect);
        world.broken.add(checks::at_denials(self, &before, partition, &step.said));
        world.tasks[at] = step.to;
        for sent in &step.effect {
            let after = world.lanes.partition_point(|other| other.lane <= sent.lane);
            world.lanes.insert(after, *sent);
        }
    }

    /// The transfers that facts oblige to.
    fn sent(&self, from: u16, said: &[Spoken<Inventory>]) -> Vec<Sent> {
        let mut sent = Vec::new();
        for Spoken { said, duties } in said {
            for duty in duties {
                let Duty::Copy(_, to) = duty else { continue };
                let to = match to {
                    To::Partition(partition) => *partition,
                    To::Home | To::Everywhere => partition_of(&said.subject, self.plan.partitions),
                };
                sent.push(Sent { lane: self.lane(from, to), letter: self.letters.number(said) });
            }
        }
        sent
    }

    /// The state an act leads to, and what was said; `None`: nothing changes.
    fn act(&self, before: &World, act: Act) -> Option<World> {
        let mut world = before.clone();
        match act {
            Act::Arrive(lane) => {
                let (to, number, post) = self.arrive(&mut world, lane)?;
                self.take(&mut world, to, number, post.command.as_ref()?);
            }
            act => {
                let (number, input) = self.input(act)?;
                outside::happens(&mut world, act);
                self.take(&mut world, input.partition, number, &input.command);
            }
        }
        if self.plan.counts_steps {
            world.steps += 1;
            world.broken.unless(world.steps <= MOST_STEPS, Broken::L1);
        }
        world.broken.add(checks::after_step(self, &world));
        Some(world)
    }

    /// Transfers arrive, lane by lane, until none is under way.
    fn settle(&self, mut world: World) -> World {
        while let Some(sent) = world.lanes.first() {
            let lane = sent.lane;
            match self.act(&world, Act::Arrive(lane)) {
                Some(next) => world = next,
                None => break,
            }
        }
        world
    }

    /// What an act is, and what is said to it: for people.
    fn tell(&self, world: &World, act: Act) -> String {
        let what = match act {
            Act::Arrive(lane) => {
                let (from, to) =
                    (u16::from(lane) / self.plan.partitions, u16::from(lane) % self.plan.partitions);
                let first = world.lanes.iter().find(|sent| sent.lane == lane);
                let post = first.map(|sent| self.letters.get(sent.letter).to_string());
                format!("{from} to {to}: {}", post.unwrap_or_default())
            }
            act => outside::tell(&self.plan, act),
        };
        match self.act(world, act) {
            Some(next) => format!("{what} => {}", self.said_between(world, &next)),
            None => what,
        }
    }

    fn said_between(&self, before: &World, after: &World) -> String {
        let tasks = self.tasks.iter().zip(before.tasks.iter().zip(&after.tasks));
        let mut said = tasks.map(|(task, (from, to))| task.words(*from, *to, names));
        said.find(|said| !said.is_empty()).unwrap_or_else(|| "nothing is said".to_owned())
    }
}

impl Model for Escrow {
    type State = World;
    type Action = Act;

    fn init_states(&self) -> Vec<World> {
        let mut world = World::default();
        for (at, product) in self.plan.skus.iter().enumerate().filter(|(_, product)| product.at_first > 0) {
            let command = Command::Receive(self.skus[at], product.at_first);
            self.take(&mut world, self.homes[at], 1 << 21 | at as u32, &command);
        }
        let mut world = self.settle(world);
        world.steps = 0;
        vec![world]
    }

    fn actions(&self, world: &World, acts: &mut Vec<Act>) {
        if world.broken.any() {
            return;
        }
        let mut lane = None;
        for sent in &world.lanes {
            if lane.replace(sent.lane) != Some(sent.lane) {
                acts.push(Act::Arrive(sent.lane));
            }
        }
        outside::acts(self, world, acts);
    }

    fn next_state(&self, world: &World, act: Act) -> Option<World> {
        self.act(world, act)
    }

    fn format_step(&self, world: &World, act: Act) -> Option<String> {
        Some(self.tell(world, act))
    }

    fn properties(&self) -> Vec<Property<Escrow>> {
        checks::properties()
    }
}

impl Explored for Escrow {
    fn seen(&self) -> &Seen {
        &self.seen
    }

    fn situations(&self) -> usize {
        self.tasks.iter().map(Shelves::len).sum()
    }
}
