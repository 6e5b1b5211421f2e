//! The end of a turn: the commit and what may happen only after it, or the undoing.

use crate::{
    Failed, Fatal, Position, Receipt, Service, Source,
    hosted::Hosted,
    wake::is_due,
    worker::{Ports, Turned, Worker},
};

impl<S: Service> Worker<S> {
    /// Ends the turn: commits if there is something to commit, undoes what failed.
    pub(crate) fn finish(
        &mut self,
        told: Result<(), Failed>,
        records: usize,
        ports: &mut Ports<'_, S>,
    ) -> Result<Turned, Fatal> {
        match told.and_then(|()| self.commit(ports)) {
            Ok(Some(receipt)) => {
                let facts = self.committed(&receipt, ports);
                self.now_and_then(ports)?;
                Ok(Turned { records, facts, undone: false })
            }
            Ok(None) => {
                self.tasks.values_mut().for_each(Hosted::settle);
                self.spans.clear();
                self.now_and_then(ports)?;
                Ok(Turned { records, ..Turned::default() })
            }
            Err(failed) => {
                self.undo(failed, ports)?;
                Ok(Turned { records, facts: 0, undone: true })
            }
        }
    }

    fn commit(&mut self, ports: &mut Ports<'_, S>) -> Result<Option<Receipt>, Failed> {
        let touched = self.tasks.values().any(|hosted| hosted.touched);
        let moved = self.tasks.values().any(|hosted| hosted.positions.moved());
        let (now, _) = self.moment.look(ports.clock);
        let renews = self.pace.renew;
        let stale = |hosted: &Hosted<S>| is_due(hosted.committed, now, renews);
        let due =
            (moved && is_due(self.rounds.committed, now, self.pace.lazy)) || self.tasks.values().any(stale);
        if !touched && !due {
            return Ok(None);
        }
        let mut positions: Vec<Position> = Vec::new();
        for hosted in self.tasks.values_mut() {
            if stale(hosted) {
                pass_markers(hosted, ports.source)?;
            } else if !hosted.touched && !hosted.positions.moved() {
                continue;
            }
            hosted.committed = now;
            hosted.flush_last(ports.sink, true)?;
            positions.extend(hosted.positions.consumed());
            positions.push(Position { input: hosted.own(), next: hosted.marks.needed_from() });
        }
        let timer = self.metrics.commit_timer();
        let receipt = ports.sink.commit(&positions)?;
        timer.map(prometheus::HistogramTimer::stop_and_record);
        Ok(Some(receipt))
    }

    /// The transaction stands: its duties are taken up, its effects leave.
    fn committed(&mut self, _: &Receipt, ports: &mut Ports<'_, S>) -> usize {
        let (now, _) = self.moment.look(ports.clock);
        self.rounds.committed = now;
        for (partition, hosted) in &mut self.tasks {
            hosted.commit(now, |subject, cause, request| {
                ports.outside.ask(*partition, subject, cause, request)
            });
        }
        self.taken.clear();
        self.metrics.said(&self.lines);
        self.metrics.counted(&self.counts);
        self.counts.clear();
        for line in &self.lines {
            line.show();
        }
        self.spans.commit(ports.clock);
        let facts = self.lines.len();
        self.lines.clear();
        facts
    }

    fn undo(&mut self, failed: Failed, ports: &mut Ports<'_, S>) -> Result<(), Fatal> {
        let failed = match failed {
            Failed::Fatal(fatal) => return Err(fatal),
            Failed::Unknown(why) => Failed::Unknown(why),
            other => ports.sink.abort().err().unwrap_or(other),
        };
        tracing::warn!(service = %S::SOURCE, why = %failed, "undid a transaction");
        self.metrics.undone(&failed);
        self.lines.clear();
        self.spans.clear();
        self.counts.clear();
        self.returned.extend(self.taken.drain(..));
        self.tasks.values_mut().for_each(Hosted::roll_back);
        match failed {
            Failed::Fatal(fatal) => Err(fatal),
            Failed::Unknown(_) => {
                self.restore_all(ports)?;
                self.drop_overtaken();
                Ok(())
            }
            Failed::Aborted(_) | Failed::TooLarge(_) => ports.source.assign(&self.positions()),
        }
    }

    /// The log knows what became of the transaction: every task is folded anew.
    fn restore_all(&mut self, ports: &mut Ports<'_, S>) -> Result<(), Fatal> {
        let partitions: Vec<u16> = self.tasks.keys().copied().collect();
        for partition in partitions {
            self.restore(partition, ports)?;
        }
        ports.source.assign(&self.positions())
    }

    /// An answer that was given back may be on the log already. If a later question about its subject is open now, that
    /// one's answer will tell; deciding on the earlier one again could say the same fact twice.
    fn drop_overtaken(&mut self) {
        let tasks = &self.tasks;
        self.returned.retain(|answered| {
            let asked =
                tasks.get(&answered.partition).and_then(|hosted| hosted.asks.cause(&answered.subject));
            asked.is_none_or(|cause| cause == answered.cause)
        });
    }
}

/// Moves a task's positions past the markers behind the last records. A position that stayed before a marker would look
/// like lost records once the log's start has moved past it.
fn pass_markers<S: Service>(hosted: &mut Hosted<S>, source: &mut dyn Source) -> Result<(), Fatal> {
    if hosted.requests.is_empty() {
        let inputs: Vec<Position> = hosted.positions.consumed().collect();
        for Position { input, .. } in inputs {
            hosted.positions.reach(input, source.position(input)?);
        }
    }
    Ok(())
}
