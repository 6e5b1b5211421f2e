//! What a worker does by the clock: deadlines, sweeping open calls, looking at the logs' ends, balances.

use std::time::Duration;

use events_schema::{Key, Timestamp};

use crate::{
    Failed, Fatal, Input, Metrics, Outside, Service, Source,
    consume::Decider,
    hosted::{Drain, Hosted, Origin},
    metrics::Standing,
    planted::{self, Mistake},
    spans::{Begun, Trigger},
    speaker::Cause,
    worker::{Ports, Worker},
};

/// At most so many deadlines of a task fire in one transaction: after an outage many are due at once.
const DUE_MAX: usize = 500;
/// At most so many balances of a task are brought forward in one transaction.
const COUNTED_MAX: usize = 200;
/// So many places of the own log are allowed for the balances of one kept subject and the marker behind them. With
/// less, a task with many subjects would say them all over and over.
const COUNTED_FACTS: i64 = 4;

impl<S: Service> Worker<S> {
    /// Fires the deadlines that have come. Never before everything is consumed that was on the log when it came: the
    /// answer that makes the deadline void may be among it.
    pub(crate) fn wake(&mut self, ports: &mut Ports<'_, S>) -> Result<(), Failed> {
        let (now, _) = self.moment.look(ports.clock);
        let has_due = |hosted: &Hosted<S>| hosted.next_deadline().is_some_and(|at| at <= now);
        let due: Vec<u16> =
            self.tasks.iter().filter(|(_, hosted)| has_due(hosted)).map(|(p, _)| *p).collect();
        for partition in due {
            let Some(asof) = self.drained(partition, now, ports.source)? else { continue };
            let Some(hosted) = self.tasks.get(&partition) else { continue };
            let due = hosted.deadlines.due(asof).filter(|(subject, _)| !hosted.parking.blocks(subject));
            let due: Vec<(Key, Origin)> = due.take(DUE_MAX).collect();
            for (subject, origin) in due {
                self.fire(partition, subject, origin, ports)?;
            }
        }
        Ok(())
    }

    /// Up to when deadlines may fire: `None` until every input has passed the end it had when they came.
    fn drained(
        &mut self,
        partition: u16,
        now: Timestamp,
        source: &mut dyn Source,
    ) -> Result<Option<Timestamp>, Fatal> {
        let Some(hosted) = self.tasks.get_mut(&partition) else { return Ok(None) };
        if hosted.drain.is_none() {
            let mut ends = Vec::new();
            for position in hosted.positions.all() {
                ends.push((position.input, source.bounds(position.input)?.end));
            }
            hosted.drain = Some(Drain { asof: now, ends });
        }
        let Some(drain) = &hosted.drain else { return Ok(None) };
        let waits = !planted::makes(Mistake::DeadlineBeforeDrain);
        for (input, end) in &drain.ends {
            if waits && source.position(*input)? < *end {
                return Ok(None);
            }
        }
        let asof = drain.asof;
        hosted.drain = None;
        Ok(Some(asof))
    }

    fn fire(
        &mut self,
        partition: u16,
        subject: Key,
        origin: Origin,
        ports: &mut Ports<'_, S>,
    ) -> Result<(), Failed> {
        let Some(command) = S::due(subject) else { return Ok(()) };
        let Some(mut decider) = self.decider(partition, ports.sink, ports.clock) else { return Ok(()) };
        let speaker = &mut decider.speaker;
        speaker.hosted.touched = true;
        let mut cause = Cause::own_fact(&origin);
        // Once fired it is over, whatever was decided: a deadline that decides nothing must not fire for ever.
        speaker.hosted.owe(subject, origin, crate::Duty::Sleep);
        speaker.begin(&mut cause, &Begun::own_fact(Trigger::Deadline, subject));
        match decider.decide(&command, &mut cause, subject)? {
            Ok(()) => Ok(()),
            Err(reason) => {
                // Parked it stays armed, for the day it is resumed.
                decider.speaker.hosted.owe_not();
                decider.speaker.park_deadline(&mut cause, subject, &reason)
            }
        }
    }

    /// When time alone gives this worker something to do: the next deadline, the next sweep over open calls, the
    /// commit of positions alone. Looks at the logs are left out: they are for figures. `None`: only input wakes it.
    pub fn next_due(&self) -> Option<Timestamp> {
        let deadlines = self.tasks.values().filter_map(Hosted::next_deadline);
        let asks = |hosted: &Hosted<S>| hosted.asks.open().any(|(of, _)| !hosted.awaits_operator(of));
        let sweep = self.tasks.values().any(asks).then(|| self.rounds.swept + self.pace.sweep);
        let moved = self.tasks.values().any(|hosted| hosted.positions.moved());
        let lazy = moved.then(|| self.rounds.committed + self.pace.lazy);
        deadlines.chain(sweep).chain(lazy).min()
    }

    /// Now and then: asks again for what is open, looks at the logs.
    pub(crate) fn now_and_then(&mut self, ports: &mut Ports<'_, S>) -> Result<(), Fatal> {
        let (now, _) = self.moment.look(ports.clock);
        if is_due(self.rounds.swept, now, self.pace.sweep) {
            self.rounds.swept = now;
            let partitions: Vec<u16> = self.tasks.keys().copied().collect();
            partitions.into_iter().for_each(|partition| self.sweep_task(partition, ports.outside));
        }
        if is_due(self.rounds.looked, now, self.pace.look) {
            self.rounds.looked = now;
            // A broker that is away is waited for where records are read; figures can wait longer.
            match self.look(now, ports.source) {
                Err(Fatal::Unreachable(why)) => {
                    tracing::warn!(service = %S::SOURCE, why, "could not look at the logs")
                }
                looked => looked?,
            }
        }
        Ok(())
    }

    /// Asks for everything that is open: what is under way is not asked twice, what was lost is asked again.
    pub(crate) fn sweep_task(&mut self, partition: u16, outside: &mut dyn Outside<S>) {
        let Some(hosted) = self.tasks.get(&partition) else { return };
        for (subject, (origin, request)) in hosted.asks.open() {
            if !hosted.awaits_operator(subject) {
                outside.ask(partition, *subject, origin.fact, request);
            }
        }
    }

    /// Looks at the logs' ends: how much is waiting, and where facts said from now on will stand.
    fn look(&mut self, now: Timestamp, source: &mut dyn Source) -> Result<(), Fatal> {
        for (partition, hosted) in &mut self.tasks {
            hosted.marks.advance(source.bounds(hosted.own())?.end, now);
            hosted.recount = true;
            let consumed: Vec<Input> = hosted.positions.consumed().map(|position| position.input).collect();
            for input in consumed {
                let (end, position) = (source.bounds(input)?.end, source.position(input)?);
                let age = hosted.positions.lag(input, now, position, end);
                self.metrics.lag(input, (end - position).max(0), age);
            }
            show(&self.metrics, *partition, hosted, now);
        }
        Ok(())
    }

    /// Says the balances of the subjects that hold restore back furthest, once there is too much to restore.
    pub(crate) fn bring_forward(&mut self, ports: &mut Ports<'_, S>) -> Result<(), Failed> {
        let far = |hosted: &Hosted<S>| self.pace.restore_facts.max(COUNTED_FACTS * kept(hosted));
        let held_back = |hosted: &Hosted<S>| {
            hosted.recount && hosted.marks.here() - hosted.marks.needed_from() > far(hosted)
        };
        let due: Vec<(u16, i64)> =
            self.tasks.iter().filter(|(_, hosted)| held_back(hosted)).map(|(p, h)| (*p, far(h))).collect();
        for (partition, far) in due {
            let Some(decider) = self.decider(partition, ports.sink, ports.clock) else { continue };
            let Decider { mut speaker, decision, service, .. } = decider;
            speaker.hosted.recount = false;
            let before = speaker.hosted.marks.here() - far / 2;
            for (subject, fact) in speaker.hosted.marks.oldest_kept(before, COUNTED_MAX) {
                decision.clear();
                service.bring_forward(&speaker.hosted.state, subject, decision);
                speaker.tell(&mut Cause::own_fact(&Origin::untraced(fact)), subject, decision)?;
            }
        }
        Ok(())
    }
}

/// Shows how a task stands.
fn show<S: Service>(metrics: &Metrics, partition: u16, hosted: &Hosted<S>, now: Timestamp) {
    if !metrics.are_read() {
        return;
    }
    let oldest = hosted.marks.oldest_open().map_or(Duration::ZERO, |since| since.until(now));
    let (open, parked) = (hosted.marks.open_count(), hosted.parking.len());
    metrics.task(partition, &Standing { open, oldest, parked });
    let mut asked = hosted.asks.open().map(|(_, (_, request))| request);
    S::levels(&hosted.state, &mut asked, &mut |level| metrics.level(partition, level));
}

/// Whether what was done last at `last` is to be done again. A clock that was ahead and was set right must not put it off
/// until it is there once more.
pub(crate) fn is_due(last: Timestamp, now: Timestamp, every: Duration) -> bool {
    last > now || last.until(now) >= every
}

fn kept<S: Service>(hosted: &Hosted<S>) -> i64 {
    i64::try_from(hosted.marks.kept_count()).unwrap_or(i64::MAX / COUNTED_FACTS)
}
