//! `Saga`: the saga as a model: its states, and what can happen in each.

use std::sync::{Arc, RwLock};

use ahash::AHashMap;
use choreography::{Service, Task};
use events_schema::Key;
use inventory::Inventory;
use order::Order;
use payment::Payment;
use stateright::{Model, Property};

use super::{
    act::{GOODS, take},
    bank::{Account, Question, Reply},
    diary::Diary,
    judge,
    opening::{self, Wishes},
    post::{Lane, Letters, Sent},
    story::Story,
};
use crate::{
    Seen,
    broken::Broken,
    report::Explored,
    situations::{Situations, Spoken},
    tamper::{Honest, Tamper},
};

/// More steps than any story has: what needs more goes in circles.
pub(crate) const MOST_STEPS: u16 = 400;

/// A state of the whole.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct Scene {
    /// The situations of order, inventory and payment.
    pub(crate) order: u32,
    pub(crate) inventory: u32,
    pub(crate) payment: u32,
    /// Records under way, by lane, those of a lane in order.
    pub(crate) lanes: Vec<Sent>,
    pub(crate) wishes: [Wishes; 2],
    pub(crate) bank: [Account; 2],
    /// The orders' time has run out.
    pub(crate) late: bool,
    pub(crate) left: Left,
    pub(crate) steps: u16,
    pub(crate) broken: Broken,
}

/// What may still happen, each once.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub(crate) struct Left {
    pub(crate) loses: bool,
    pub(crate) contradicts: bool,
    pub(crate) refuses: bool,
    pub(crate) crashes: bool,
    pub(crate) repeats: bool,
}

/// What can happen.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Act {
    /// A customer places the order, or places it once more.
    Place(u8),
    /// A customer asks to cancel the order.
    AskToCancel(u8),
    /// A service takes the next record of a lane.
    Hear(Lane),
    /// And takes it once more.
    HearTwice(Lane),
    /// The orders' time runs out.
    TimePasses,
    /// The deadline of an order fires.
    Due(u8),
    /// The provider takes a question and answers so.
    Bank(u8, Question, Reply),
    /// The provider captures what it has declined.
    Contradict(u8),
    /// Payment takes an answer.
    Answer(u8, Reply),
    /// An answer is lost.
    Lose(u8, Reply),
    /// Payment asks again what is open.
    AskAgain(u8),
    /// Payment crashes, and is restored.
    Crash,
}

/// Mistakes to plant, by service.
pub struct Tampers {
    /// In order.
    pub order: Arc<dyn Tamper<Order>>,
    /// In inventory.
    pub inventory: Arc<dyn Tamper<Inventory>>,
    /// In payment.
    pub payment: Arc<dyn Tamper<Payment>>,
}

impl Default for Tampers {
    /// None.
    fn default() -> Tampers {
        Tampers { order: Arc::new(Honest), inventory: Arc::new(Honest), payment: Arc::new(Honest) }
    }
}

/// What a verdict over the whole depends on: the situations, which orders were placed, and whether all is at rest.
pub(crate) type Judged = (u32, u32, u32, [bool; 2], bool);

/// The saga under one story.
pub struct Saga {
    pub(crate) story: Story,
    pub(crate) orders: Arc<[Key]>,
    pub(crate) order: Situations<Order, Diary>,
    pub(crate) inventory: Situations<Inventory, Diary>,
    pub(crate) payment: Situations<Payment, Diary>,
    pub(crate) letters: Letters,
    pub(crate) inputs: opening::Inputs,
    pub(crate) verdicts: RwLock<AHashMap<Judged, Broken>>,
    pub(crate) seen: Seen,
}

impl Saga {
    /// The services as they are.
    pub fn new(story: Story) -> Saga {
        Saga::tampered(story, Tampers::default())
    }

    /// The services with mistakes in them.
    pub fn tampered(story: Story, tampers: Tampers) -> Saga {
        let (orders, sku) = opening::names(&story);
        let diary = || Diary::new(Arc::clone(&orders), sku);
        let task = Task { partition: 0, partitions: 1 };
        Saga {
            order: Situations::new(Order::default(), tampers.order, diary(), move |service: &Order| {
                opening::with_catalog(service.begin(task), &sku)
            }),
            inventory: Situations::new(Inventory::default(), tampers.inventory, diary(), move |service| {
                service.begin(task)
            }),
            payment: Situations::new(Payment::default(), tampers.payment, diary(), move |service| {
                service.begin(task)
            }),
            inputs: opening::inputs(&orders, &sku),
            letters: Letters::default(),
            verdicts: RwLock::default(),
            seen: Seen::default(),
            orders,
            story,
        }
    }

    /// Whether nothing is under way, nothing is open, and nobody waits for time to pass.
    pub(crate) fn is_at_rest(&self, scene: &Scene) -> bool {
        let open = self.payment.get(scene.payment).brief.asks.iter().any(Option::is_some);
        scene.lanes.is_empty() && scene.bank.iter().all(Account::is_silent) && !open
    }

    fn tell(&self, scene: &Scene, act: Act) -> String {
        let what = match act {
            Act::Hear(lane) | Act::HearTwice(lane) => {
                let first = scene.lanes.iter().find(|sent| sent.lane == lane);
                let post = first.map(|sent| self.letters.get(sent.letter));
                let post = post.map(|post| format!("{} {}", post.name, post.subject)).unwrap_or_default();
                let twice = if matches!(act, Act::HearTwice(_)) { " twice" } else { "" };
                format!("{lane:?}{twice}: {post}")
            }
            act => format!("{act:?}"),
        };
        let said = self.act(scene, act).map(|next| self.said_between(scene, &next)).unwrap_or_default();
        format!("{what} => {said}")
    }

    fn said_between(&self, before: &Scene, after: &Scene) -> String {
        let said = [
            self.order.words(before.order, after.order, words),
            self.inventory.words(before.inventory, after.inventory, words),
            self.payment.words(before.payment, after.payment, words),
        ];
        said.into_iter().find(|said| !said.is_empty()).unwrap_or_else(|| "nothing is said".to_owned())
    }
}

fn words<S: Service>(said: &[Spoken<S>]) -> String {
    let one = |spoken: &Spoken<S>| {
        format!("{} {}", events_schema::Fact::event(&spoken.said.fact), spoken.said.subject)
    };
    said.iter().map(one).collect::<Vec<_>>().join(", ")
}

impl Model for Saga {
    type State = Scene;
    type Action = Act;

    fn init_states(&self) -> Vec<Scene> {
        let Story { loses, contradicts, refuses, crashes, repeats, .. } = self.story;
        let mut scene = Scene {
            order: 0,
            inventory: 0,
            payment: 0,
            lanes: Vec::new(),
            wishes: Default::default(),
            bank: Default::default(),
            late: false,
            left: Left { loses, contradicts, refuses, crashes, repeats },
            steps: 0,
            broken: Broken::NOTHING,
        };
        let goods = self.inputs.goods(self.story.pieces);
        goods.iter().for_each(|goods| self.to_inventory(&mut scene, GOODS, goods));
        while let Some(sent) =
            scene.lanes.first().map(|sent| sent.lane).and_then(|lane| take(&mut scene, lane))
        {
            if self.hear(&mut scene, sent).is_none() {
                break;
            }
        }
        vec![scene]
    }

    fn actions(&self, scene: &Scene, acts: &mut Vec<Act>) {
        if scene.broken.any() {
            return;
        }
        for (at, customer) in self.story.customers.iter().enumerate() {
            let wishes = scene.wishes[at];
            acts.extend(wishes.may_place(customer.places_again).then_some(Act::Place(at as u8)));
            acts.extend(wishes.may_cancel(customer.cancels).then_some(Act::AskToCancel(at as u8)));
        }
        let mut lane = None;
        for sent in &scene.lanes {
            if lane.replace(sent.lane) != Some(sent.lane) {
                acts.push(Act::Hear(sent.lane));
                let repeats = scene.left.repeats && sent.lane != Lane::Transfers;
                acts.extend(repeats.then_some(Act::HearTwice(sent.lane)));
            }
        }
        acts.extend((self.story.expires && !scene.late).then_some(Act::TimePasses));
        let armed = self.order.get(scene.order).brief.armed;
        let due = (0..2_u8)
            .filter(|n| scene.late && armed[usize::from(*n)] && scene.wishes[usize::from(*n)].expires);
        acts.extend(due.map(Act::Due));
        self.acts_at_bank(scene, acts);
    }

    fn next_state(&self, scene: &Scene, act: Act) -> Option<Scene> {
        self.act(scene, act)
    }

    fn format_step(&self, scene: &Scene, act: Act) -> Option<String> {
        Some(self.tell(scene, act))
    }

    fn properties(&self) -> Vec<Property<Saga>> {
        judge::properties()
    }
}

impl Explored for Saga {
    fn seen(&self) -> &Seen {
        &self.seen
    }

    fn situations(&self) -> usize {
        self.order.len() + self.inventory.len() + self.payment.len()
    }
}
