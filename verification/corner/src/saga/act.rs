//! What an act changes, and what is possible at the provider.

use std::sync::Arc;

use choreography::Service;
use events_schema::Timestamp;
use order::Order;
use payment::Payment;

use super::{
    bank::{Account, Question, Reply},
    diary::{Diary, Player},
    judge, opening,
    post::{Lane, Posted, Sent},
    scene::{Act, MOST_STEPS, Saga, Scene},
};
use crate::{
    Sight,
    broken::Broken,
    situations::{Situations, Spoken, Step},
};

/// The numbers of inputs that are no records.
const PLACE: u32 = 1 << 20;
const CANCEL: u32 = 1 << 21;
const DUE: u32 = 1 << 22;
const ANSWER: u32 = 1 << 23;
pub(crate) const GOODS: u32 = 1 << 24;

impl Saga {
    fn now(&self, scene: &Scene) -> Timestamp {
        if scene.late { opening::AFTER } else { opening::BEGIN }
    }

    /// One service takes one command.
    fn play<S: Player>(
        &self,
        (service, situation): (&Situations<S, Diary>, u32),
        scene: &Scene,
        input: u32,
        command: &S::Command,
        notice: impl FnOnce(&S::State, &[Spoken<S>]),
    ) -> Arc<Step<S, Diary>> {
        service.step((situation, input), command, self.now(scene), |from, said| {
            notice(&from.state, said);
            self.letters.post(&self.orders, said)
        })
    }

    fn send(scene: &mut Scene, posted: &Posted) {
        for sent in &posted.sent {
            let after = scene.lanes.partition_point(|other| other.lane <= sent.lane);
            scene.lanes.insert(after, *sent);
        }
        for (order, question) in &posted.asked {
            scene.bank[*order].ask(*question);
        }
    }

    fn to_order(&self, scene: &mut Scene, input: u32, command: &order::Command) {
        let late = scene.late;
        let notice = |_: &_, said: &[_]| self.seen.notice_order(said, late);
        let step = self.play((&self.order, scene.order), scene, input, command, notice);
        scene.order = step.to;
        Saga::send(scene, &step.effect);
    }

    pub(crate) fn to_inventory(&self, scene: &mut Scene, input: u32, command: &inventory::Command) {
        let notice = |state: &_, said: &[_]| self.seen.notice_stock(state, said);
        let step = self.play((&self.inventory, scene.inventory), scene, input, command, notice);
        scene.inventory = step.to;
        Saga::send(scene, &step.effect);
    }

    fn to_payment(&self, scene: &mut Scene, input: u32, command: &payment::Command) {
        let notice = |state: &_, said: &[_]| self.seen.notice_payment(state, said);
        let step = self.play((&self.payment, scene.payment), scene, input, command, notice);
        scene.payment = step.to;
        Saga::send(scene, &step.effect);
    }

    /// The service at the end of a lane takes a record.
    pub(crate) fn hear(&self, scene: &mut Scene, sent: Sent) -> Option<()> {
        let post = self.letters.get(sent.letter);
        let input = u32::from(sent.letter);
        match sent.lane {
            Lane::InventoryToOrder | Lane::PaymentsToOrder => {
                self.to_order(scene, input, post.order.as_ref()?);
            }
            Lane::OrdersToPayment | Lane::InventoryToPayment => {
                self.to_payment(scene, input, post.payment.as_ref()?);
            }
            Lane::OrdersToInventory | Lane::PaymentsToInventory | Lane::Transfers => {
                self.to_inventory(scene, input, post.inventory.as_ref()?);
            }
        }
        Some(())
    }

    pub(crate) fn act(&self, before: &Scene, act: Act) -> Option<Scene> {
        let mut scene = before.clone();
        self.happen(&mut scene, act)?;
        if self.story.counts_steps {
            scene.steps += 1;
            scene.broken.unless(scene.steps <= MOST_STEPS, Broken::L1);
        }
        scene.broken.add(judge::judge(self, &scene));
        Some(scene)
    }

    fn happen(&self, scene: &mut Scene, act: Act) -> Option<()> {
        match act {
            Act::Place(n) => {
                let late = scene.late;
                scene.wishes[usize::from(n)].place(late);
                self.to_order(scene, PLACE + u32::from(n), self.inputs.places.get(usize::from(n))?);
            }
            Act::AskToCancel(n) => {
                scene.wishes[usize::from(n)].cancel();
                self.to_order(scene, CANCEL + u32::from(n), self.inputs.cancels.get(usize::from(n))?);
            }
            Act::Hear(lane) => {
                let sent = take(scene, lane)?;
                self.hear(scene, sent)?;
            }
            Act::HearTwice(lane) => {
                let sent = take(scene, lane)?;
                scene.left.repeats = false;
                self.seen.note(Sight::Twice);
                self.hear(scene, sent)?;
                self.hear(scene, sent)?;
            }
            Act::TimePasses => scene.late = true,
            Act::Due(n) => {
                let command = Order::due(self.orders[usize::from(n)])?;
                self.to_order(scene, DUE + u32::from(n), &command);
            }
            act => self.happen_at_bank(scene, act)?,
        }
        Some(())
    }

    fn happen_at_bank(&self, scene: &mut Scene, act: Act) -> Option<()> {
        match act {
            Act::Bank(n, question, reply) => {
                scene.left.refuses &= reply != Reply::RefundRefused;
                scene.bank[usize::from(n)].take(question, reply);
            }
            Act::Contradict(n) => {
                self.seen.note(Sight::Contradicted);
                scene.left.contradicts = false;
                scene.bank[usize::from(n)].contradict();
            }
            Act::Answer(n, reply) => {
                scene.bank[usize::from(n)].hear(reply);
                let answer = reply.answer(opening::PRICE);
                let command = Payment::answered(self.orders[usize::from(n)], answer);
                self.to_payment(scene, ANSWER + u32::from(n) * 8 + reply as u32, &command);
            }
            Act::Lose(n, reply) => {
                scene.left.loses = false;
                scene.bank[usize::from(n)].hear(reply);
            }
            Act::AskAgain(n) => {
                self.seen.note(Sight::AskedAgain);
                let open = self.payment.get(scene.payment).brief.asks[usize::from(n)]?;
                scene.bank[usize::from(n)].ask(open);
            }
            Act::Crash => {
                self.seen.note(Sight::CrashedAsking);
                scene.left.crashes = false;
                scene.bank.iter_mut().for_each(Account::hang_up);
            }
            _ => {}
        }
        Some(())
    }

    /// What is possible at the provider, and between it and payment.
    pub(crate) fn acts_at_bank(&self, scene: &Scene, acts: &mut Vec<Act>) {
        let asks = self.payment.get(scene.payment).brief.asks;
        let mut under_way = false;
        for (at, asked) in asks.iter().enumerate().take(self.orders.len()) {
            let (n, account) = (at as u8, &scene.bank[at]);
            under_way |= !account.is_silent();
            for question in Question::ALL.into_iter().filter(|question| account.asked(*question)) {
                let replies = account.may_reply(question, self.story.declines, scene.left.refuses);
                acts.extend(replies.into_iter().map(|reply| Act::Bank(n, question, reply)));
            }
            for reply in Reply::ALL.into_iter().filter(|reply| account.answered(*reply)) {
                acts.push(Act::Answer(n, reply));
                let may_lose = scene.left.loses && account.may_lose(reply);
                acts.extend(may_lose.then_some(Act::Lose(n, reply)));
            }
            let contradicts = account.declined && !account.cancelled && !account.charged;
            acts.extend((scene.left.contradicts && contradicts).then_some(Act::Contradict(n)));
            let lost = asked.is_some_and(|open| !account.asked(open)) && account.has_no_answer();
            acts.extend(lost.then_some(Act::AskAgain(n)));
        }
        acts.extend((scene.left.crashes && under_way).then_some(Act::Crash));
    }
}

pub(crate) fn take(scene: &mut Scene, lane: Lane) -> Option<Sent> {
    let at = scene.lanes.iter().position(|sent| sent.lane == lane)?;
    Some(scene.lanes.remove(at))
}
