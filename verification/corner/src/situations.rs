//! `Situations`: every situation one task of a service was ever found in, and what each input makes of it.
//!
//! A state of a model holds only the number of each task's situation, so that millions fit into memory. A situation is
//! made by the real functions, once: from the log of its facts alone, so that every step is one of a service that was
//! restored a moment ago. That the state is the fold of the log, that an undone decision leaves nothing behind, and
//! that deciding twice says the same is looked at there, too.

use std::sync::{Arc, RwLock};

use ahash::AHashMap;
use choreography::{Decision, Duty, Service, State};
use events_schema::{Said, Timestamp};

use crate::{broken::Broken, tamper::Tamper};

/// What a model writes down beside a task's state: what it must remember to judge.
pub(crate) trait Account<S: Service>: Clone + Send + Sync + 'static {
    /// What the model has to know of a situation, found out once.
    type Brief: Send + Sync;
    /// What a step does beyond the task, found out once.
    type Effect: Send + Sync;

    /// A command is about to be decided on `state`.
    fn hear(&mut self, _state: &S::State, _command: &S::Command) {}

    /// A fact is said; `state` is as before it.
    fn take(&mut self, state: &S::State, said: &Said<S::Fact>);

    /// What a fact obliges to.
    fn owe(&mut self, _said: &Said<S::Fact>, _duty: &Duty<S::Request>) {}

    /// The situation in a text that is the same exactly for situations that cannot be told apart from here on.
    fn text(&self, state: &S::State) -> String;

    /// What the model has to know, and what is broken at this task alone.
    fn brief(&self, state: &S::State) -> (Self::Brief, Broken);
}

/// One situation of a task.
pub(crate) struct Situation<S: Service, A: Account<S>> {
    pub(crate) state: S::State,
    pub(crate) account: A,
    pub(crate) brief: A::Brief,
    pub(crate) broken: Broken,
    /// What was folded, and what stands on the log: the same, unless a mistake is planted.
    folded: Log<S>,
    pub(crate) log: Log<S>,
}

type Log<S> = Vec<(Said<<S as Service>::Fact>, Timestamp)>;

/// What one input made of a situation.
pub(crate) struct Step<S: Service, A: Account<S>> {
    pub(crate) to: u32,
    pub(crate) said: Vec<Spoken<S>>,
    pub(crate) effect: A::Effect,
}

/// A fact and what it obliges to.
pub(crate) struct Spoken<S: Service> {
    pub(crate) said: Said<S::Fact>,
    pub(crate) duties: Vec<Duty<S::Request>>,
}

/// What makes the state a task begins with.
type Begin<S> = Box<dyn Fn(&S) -> <S as Service>::State + Send + Sync>;
/// From which situation, by which input, when.
type Cause = (u32, u32, Timestamp);
/// The steps that were taken.
type Steps<S, A> = AHashMap<Cause, Arc<Step<S, A>>>;

/// A task: its situations, and the steps between them.
pub(crate) struct Situations<S: Service, A: Account<S>> {
    service: S,
    begin: Begin<S>,
    tamper: Arc<dyn Tamper<S>>,
    known: RwLock<Vec<Arc<Situation<S, A>>>>,
    numbers: RwLock<AHashMap<String, u32>>,
    steps: RwLock<Steps<S, A>>,
}

/// Of a lock: a thread that panicked has failed the exploration anyway.
fn open<T>(locked: Result<T, std::sync::PoisonError<T>>) -> T {
    locked.unwrap_or_else(std::sync::PoisonError::into_inner)
}

impl<S, A> Situations<S, A>
where
    S: Service,
    A: Account<S>,
{
    /// With the first situation, number 0.
    pub(crate) fn new(
        service: S,
        tamper: Arc<dyn Tamper<S>>,
        account: A,
        begin: impl Fn(&S) -> S::State + Send + Sync + 'static,
    ) -> Situations<S, A> {
        let situations = Situations {
            service,
            begin: Box::new(begin),
            tamper,
            known: RwLock::default(),
            numbers: RwLock::default(),
            steps: RwLock::default(),
        };
        let state = (situations.begin)(&situations.service);
        situations.number(state, account, Broken::NOTHING, (Vec::new(), Vec::new()));
        situations
    }

    /// A situation by its number.
    pub(crate) fn get(&self, number: u32) -> Arc<Situation<S, A>> {
        Arc::clone(&open(self.known.read())[number as usize])
    }

    /// How many situations are known.
    pub(crate) fn len(&self) -> usize {
        open(self.known.read()).len()
    }

    /// What a command, known to the model by the number `input`, makes of a situation.
    pub(crate) fn step(
        &self,
        (from, input): (u32, u32),
        command: &S::Command,
        now: Timestamp,
        effect: impl FnOnce(&Situation<S, A>, &[Spoken<S>]) -> A::Effect,
    ) -> Arc<Step<S, A>> {
        if let Some(step) = open(self.steps.read()).get(&(from, input, now)) {
            return Arc::clone(step);
        }
        let (to, said) = self.decide(from, command, now);
        let effect = effect(&self.get(from), &said);
        let step = Arc::new(Step { to, said, effect });
        open(self.steps.write()).insert((from, input, now), Arc::clone(&step));
        step
    }

    /// What was said between two situations, on a step or two, in words.
    pub(crate) fn words(&self, from: u32, to: u32, words: impl Fn(&[Spoken<S>]) -> String) -> String {
        if from == to {
            return String::new();
        }
        let steps = open(self.steps.read());
        let on = |from: u32, to: u32| {
            steps
                .iter()
                .find(|((of, ..), step)| (*of, step.to) == (from, to))
                .map(|(_, step)| words(&step.said))
        };
        let over = |((of, ..), step): (&Cause, &Arc<Step<S, A>>)| {
            (*of == from)
                .then(|| on(step.to, to).map(|then| format!("{}; {then}", words(&step.said))))
                .flatten()
        };
        on(from, to).or_else(|| steps.iter().find_map(over)).unwrap_or_default()
    }

    fn decide(&self, from: u32, command: &S::Command, now: Timestamp) -> (u32, Vec<Spoken<S>>) {
        let situation = self.get(from);
        let said = self.say(&situation.state, command, now);
        let mut broken = Broken::NOTHING;
        broken.unless(self.say(&situation.state, command, now) == said, Broken::S14);
        let mut account = situation.account.clone();
        account.hear(&situation.state, command);
        let mut state = self.fold(&situation.folded);
        for said in &said {
            self.evolve(&mut state, said, now);
        }
        state.roll_back();
        broken.unless(account.text(&state) == account.text(&situation.state), Broken::I10);
        self.tell(&situation, account, state, said, now, broken)
    }

    fn say(&self, state: &S::State, command: &S::Command, now: Timestamp) -> Vec<Said<S::Fact>> {
        let mut out = Decision::default();
        self.service.decide(command, state, now, &mut out);
        let mut said = out.said().to_vec();
        self.tamper.decide(state, command, &mut said);
        said
    }

    fn evolve(&self, state: &mut S::State, said: &Said<S::Fact>, now: Timestamp) {
        for fact in self.tamper.fold(state, said) {
            S::evolve(state, fact.subject, &fact.fact, now);
        }
    }

    fn tell(
        &self,
        before: &Situation<S, A>,
        mut account: A,
        mut state: S::State,
        said: Vec<Said<S::Fact>>,
        now: Timestamp,
        broken: Broken,
    ) -> (u32, Vec<Spoken<S>>) {
        let (mut folded, mut log) = (before.folded.clone(), before.log.clone());
        let mut spoken = Vec::new();
        for said in said {
            account.take(&state, &said);
            folded.extend(self.tamper.fold(&state, &said).into_iter().map(|said| (said, now)));
            log.extend(self.tamper.log(&state, &said).into_iter().map(|said| (said, now)));
            self.evolve(&mut state, &said, now);
            let mut duties = Vec::new();
            S::duties(&state, said.subject, &said.fact, &mut |duty| duties.push(duty));
            duties.iter().for_each(|duty| account.owe(&said, duty));
            spoken.push(Spoken { said, duties });
        }
        state.commit();
        (self.number(state, account, broken, (folded, log)), spoken)
    }

    fn fold(&self, log: &Log<S>) -> S::State {
        let mut state = (self.begin)(&self.service);
        log.iter().for_each(|(said, time)| S::evolve(&mut state, said.subject, &said.fact, *time));
        state.commit();
        state
    }

    fn number(
        &self,
        state: S::State,
        account: A,
        mut broken: Broken,
        (folded, log): (Log<S>, Log<S>),
    ) -> u32 {
        let text = account.text(&state);
        broken.unless(account.text(&self.fold(&log)) == text, Broken::I10);
        let (brief, of_brief) = account.brief(&state);
        broken.add(of_brief);
        let mut numbers = open(self.numbers.write());
        if let Some(number) = numbers.get(&text).filter(|_| !broken.any()) {
            return *number;
        }
        let mut known = open(self.known.write());
        let number = known.len() as u32;
        known.push(Arc::new(Situation { state, account, brief, broken, folded, log }));
        numbers.insert(text, number);
        number
    }
}
