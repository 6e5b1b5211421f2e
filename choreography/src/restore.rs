//! Restore: a task is the fold of its own log from its mark on, plus the tables it reads.

use std::collections::HashMap;

use events_schema::Topic;

use crate::{
    Fatal, Input, Service, State, Task,
    hosted::Hosted,
    positions::{CONSUMED, Role, read_header},
    worker::{Ports, Worker},
};

impl<S: Service> Worker<S> {
    /// Restores a task: committed positions, own facts, tables, then the calls that are still open.
    pub(crate) fn restore(&mut self, partition: u16, ports: &mut Ports<'_, S>) -> Result<(), Fatal> {
        let timer = self.metrics.restore_timer();
        let topics: Vec<Topic> = self.subscription.topics().collect();
        let own = Input { topic: S::EMITS, partition };
        let inputs: Vec<Input> =
            [own].into_iter().chain(topics.iter().map(|topic| Input { topic: *topic, partition })).collect();
        let committed = ports.source.committed(&inputs)?;
        let from = self.restore_from(own, &committed, ports)?;
        let task = Task { partition, partitions: ports.source.partitions() };
        let mut hosted = Hosted::new(&self.service, task, from);
        read_tables(&mut hosted, ports)?;
        let mut found = HashMap::new();
        let end = recall(&mut hosted, own, from, &mut found, ports)?;
        hosted.marks.advance(end, ports.clock.now());
        for (input, committed) in inputs.iter().zip(&committed).skip(1) {
            let next = next_of(*input, *committed, found.get(&input.topic).copied(), ports)?;
            hosted.positions.add(input.topic, partition, Role::Consumed, next);
        }
        tracing::info!(
            service = %S::SOURCE, partition, facts = end - from, open = hosted.marks.open_count(),
            asking = hosted.asks.len(), parked = hosted.parking.len(), "restored"
        );
        if self.tasks.insert(partition, hosted).is_none() {
            self.metrics.tasks(1);
        }
        self.sweep_task(partition, ports.outside);
        timer.map(prometheus::HistogramTimer::stop_and_record);
        Ok(())
    }

    /// Where the fold begins: at the committed mark, or at the log's start if any committed position is missing, since
    /// then the positions are to be found in the log.
    fn restore_from(
        &self,
        own: Input,
        committed: &[Option<i64>],
        ports: &mut Ports<'_, S>,
    ) -> Result<i64, Fatal> {
        let start = ports.source.bounds(own)?.start;
        match committed.iter().copied().collect::<Option<Vec<i64>>>() {
            Some(all) if all[0] < start => {
                Err(Fatal::Gone { topic: own.topic, partition: own.partition, start, next: all[0] })
            }
            Some(all) => Ok(all[0]),
            None => Ok(start),
        }
    }
}

/// Folds the own facts from `from` on; `found` gets the positions they name.
fn recall<S: Service>(
    hosted: &mut Hosted<S>,
    own: Input,
    from: i64,
    found: &mut HashMap<Topic, i64>,
    ports: &mut Ports<'_, S>,
) -> Result<i64, Fatal> {
    let mut folded = 0u64;
    // What lies before a mark ended before the window began. A pinned mark reaches further back than the window.
    let horizon = ports.clock.now() - hosted.marks.window();
    let late = from > ports.source.bounds(own)?.start;
    let end = ports.source.replay(own, from, &mut |record| {
        if late && folded == 0 {
            hosted.state.known_since(record.appended.min(horizon));
        }
        hosted.recall(&record);
        if let Some(consumed) = record.headers.get(CONSUMED) {
            found.extend(read_header(consumed));
        }
        folded += 1;
        // Nothing here is ever undone; the journals need not grow with the log.
        if folded.is_multiple_of(1024) {
            hosted.state.commit();
            hosted.parking.commit();
        }
    })?;
    if late && folded == 0 {
        hosted.state.known_since(horizon);
    }
    hosted.state.commit();
    hosted.parking.commit();
    Ok(end)
}

/// Reads every table to its end; those that others write are followed from there.
fn read_tables<S: Service>(hosted: &mut Hosted<S>, ports: &mut Ports<'_, S>) -> Result<(), Fatal> {
    let partition = hosted.task.partition;
    let mut topics: Vec<(Topic, bool)> = Vec::new();
    for row in S::tables() {
        if !topics.contains(&(row.table.topic(), row.followed)) {
            topics.push((row.table.topic(), row.followed));
        }
    }
    for (topic, followed) in topics {
        let next = ports.source.replay(Input { topic, partition }, 0, &mut |record| {
            for row in S::tables().iter().filter(|row| row.table.topic() == topic) {
                if let Err(error) = row.table.remember(&mut hosted.state, &record) {
                    tracing::error!(place = %record.place, %error, "stepped over a row that cannot be read");
                }
            }
        })?;
        hosted.state.commit();
        if followed {
            hosted.positions.add(topic, partition, Role::Table, next);
        }
    }
    Ok(())
}

/// Where an input goes on: the later of what the group committed and what the own log says was consumed; without
/// either, at the log's start, for then nothing of it was ever consumed.
fn next_of<S: Service>(
    input: Input,
    committed: Option<i64>,
    found: Option<i64>,
    ports: &mut Ports<'_, S>,
) -> Result<i64, Fatal> {
    let start = ports.source.bounds(input)?.start;
    match committed.max(found) {
        None => Ok(start),
        Some(next) if next < start => {
            Err(Fatal::Gone { topic: input.topic, partition: input.partition, start, next })
        }
        Some(next) => Ok(next),
    }
}
