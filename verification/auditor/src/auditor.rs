//! `Auditor`: reads up to the present end, closes what it has over causes, and judges it.

use std::{collections::BTreeMap, time::Duration};

use events_schema::{Key, Record, Topic};
use invariants::{Evidence, History, Pace, Reading};

use crate::{
    Cluster, Connection, Failure, Reader, Report, Shard,
    causes::Causes,
    clock,
    log::{Ends, Groups, Rotation, Taken},
    open,
    outside::Outside,
    report::{Behind, Read},
    tail::Tail,
};

/// How long a cause may stay out of sight: the marker of its transaction may be late while a broker changes.
const GRACE: Duration = Duration::from_secs(5);

/// A reader of everything with a memory of everything.
pub struct Auditor {
    cluster: Cluster,
    groups: Groups,
    reader: Reader,
    book: Book,
    tail: Tail,
    causes: Causes,
    rotation: Rotation,
}

/// What was read, and the last record of each partition.
#[derive(Default)]
struct Book {
    history: History,
    last: BTreeMap<Shard, i64>,
    records: u64,
}

impl Book {
    fn take(&mut self, record: &Record<'_>) {
        self.last.insert((record.place.topic, record.place.partition), record.place.offset);
        self.records += 1;
        self.history.push(record);
    }
}

/// How the shop stood when the log was read.
pub(crate) struct Moment {
    taken: Taken,
    pub(crate) ends: Ends,
    /// Who has not taken what.
    pub(crate) behind: Vec<Behind>,
    /// Partitions with an open transaction.
    pub(crate) hanging: Vec<String>,
    /// Orders under way; not looked for while somebody is behind.
    pub(crate) open: Vec<Key>,
}

impl Moment {
    /// Whether every service has taken every record, and nobody writes.
    pub(crate) fn is_quiet(&self) -> bool {
        self.behind.is_empty() && self.hanging.is_empty()
    }

    /// Whether nothing is under way any more.
    pub(crate) fn is_settled(&self) -> bool {
        self.is_quiet() && self.open.is_empty()
    }
}

impl Auditor {
    /// An auditor that has read nothing yet.
    pub fn reach(at: &Connection) -> Result<Auditor, Failure> {
        let rotation = Rotation::of(&at.properties);
        let cluster = Cluster::reach(at)?;
        let (groups, reader) = (Groups::of(&cluster)?, Reader::new(&cluster)?);
        let (book, tail, causes) = (Book::default(), Tail::default(), Causes::default());
        Ok(Auditor { cluster, groups, reader, book, tail, causes, rotation })
    }

    /// The history as far as it was read.
    pub fn history(&self) -> &History {
        &self.book.history
    }

    /// How many records were read.
    pub(crate) fn records(&self) -> u64 {
        self.book.records
    }

    /// Makes the clients anew once the files that they were made from have changed. What was read stays.
    fn rotate(&mut self) -> Result<(), Failure> {
        if !self.rotation.has_come() {
            return Ok(());
        }
        let cluster = self.cluster.anew()?;
        let groups = Groups::of(&cluster)?;
        self.reader.renew(&cluster)?;
        (self.cluster, self.groups) = (cluster, groups);
        self.rotation.is_done();
        tracing::info!("credentials changed: connected anew");
        Ok(())
    }

    /// Reads to the present end. The services' positions are asked for first: whatever they said to what they have
    /// taken lies before that end.
    pub(crate) fn read(&mut self, goes_on: &mut dyn FnMut() -> bool) -> Result<Moment, Failure> {
        self.rotate()?;
        let taken = self.groups.taken(&self.cluster)?;
        let ends = self.cluster.ends()?;
        self.tail.before(&ends.committed, &mut |record| self.book.take(record));
        self.read_to(&ends.committed, &ends.committed, goes_on)?;
        self.close(goes_on)?;
        let behind = taken.behind(&self.book.last);
        let hanging = ends.hanging();
        let quiet = behind.is_empty() && hanging.is_empty();
        let open = if quiet { open::orders(&self.book.history) } else { Vec::new() };
        Ok(Moment { taken, ends, behind, hanging, open })
    }

    /// Reads to some ends; what lies beyond `until` is kept for later.
    fn read_to(
        &mut self,
        ends: &BTreeMap<Shard, i64>,
        until: &BTreeMap<Shard, i64>,
        goes_on: &mut dyn FnMut() -> bool,
    ) -> Result<(), Failure> {
        self.reader.read(ends, goes_on, &mut |record| {
            let end = until.get(&(record.place.topic, record.place.partition));
            match end.is_some_and(|end| record.place.offset < *end) {
                true => self.book.take(record),
                false => self.tail.push(record),
            }
        })
    }

    /// Reads on for the causes of what was read. All of them were committed before their effects, so that they lie
    /// before an end that is asked for now; what does not is not there.
    fn close(&mut self, goes_on: &mut dyn FnMut() -> bool) -> Result<(), Failure> {
        let since = clock::instant();
        loop {
            self.causes.note(&self.book.history);
            if self.causes.is_closed() {
                return Ok(());
            }
            let causes = &self.causes;
            let given = self.tail.up_to(&|id| causes.misses(id), &mut |record| self.book.take(record));
            if given > 0 {
                continue;
            }
            if since.elapsed() > GRACE || !goes_on() {
                self.causes.give_up();
                return Ok(());
            }
            let ends = self.cluster.ends()?.committed;
            match self.reader.left(&ends) {
                0 => clock::pause(Duration::from_millis(50)),
                _ => self.read_to(&ends, &BTreeMap::new(), goes_on)?,
            }
        }
    }

    /// Whether nothing was written since.
    pub(crate) fn is_still(&self, moment: &Moment) -> Result<bool, Failure> {
        Ok(self.cluster.ends()?.written == moment.ends.written)
    }

    /// How many offsets are committed and not read.
    pub(crate) fn lag(&self) -> Result<i64, Failure> {
        Ok(self.reader.left(&self.cluster.ends()?.committed))
    }

    /// Judges what was read. `settled`: the promises about the end are due.
    pub(crate) fn judge(
        &self,
        moment: &Moment,
        outside: &Outside,
        settled: bool,
        pace: Option<Pace>,
    ) -> Report {
        let cut = self.reader.cut();
        let unread: Vec<Topic> = cut.iter().map(|(topic, _)| *topic).collect();
        let readings = if settled { readings(&moment.taken, &self.book.last) } else { Vec::new() };
        let verdicts = invariants::judge(&Evidence {
            settled,
            unread: &unread,
            ledger: outside.ledger(settled),
            answers: outside.answers().unwrap_or_default(),
            sightings: outside.views().unwrap_or_default(),
            pace,
            readings: &readings,
            hanging: settled.then_some(moment.hanging.as_slice()),
            ..Evidence::of(&self.book.history)
        });
        let read = self.account(moment, &cut);
        Report::of(&verdicts, &self.book.history, read)
    }

    fn account(&self, moment: &Moment, cut: &[Shard]) -> Read {
        let (offsets, left) = (self.reader.passed(), self.reader.left(&moment.ends.committed));
        Read {
            partitions: moment.ends.committed.len(),
            offsets,
            of_offsets: offsets + left,
            records: self.book.records,
            events: self.book.history.len() as u64,
            unreadable: self.book.history.unreadable(),
            cut: cut.iter().map(|(topic, partition)| format!("{topic}-{partition}")).collect(),
        }
    }
}

/// The services' positions as evidence. A position counts up to the last record: behind it there are markers only.
fn readings(taken: &Taken, last: &BTreeMap<Shard, i64>) -> Vec<Reading> {
    let of = |(group, (topic, partition), next): (Key, Shard, i64)| {
        let end = last.get(&(topic, partition)).map_or(0, |last| last + 1);
        Reading { group, topic, partition, next: next.min(end), end }
    };
    taken.positions().map(of).collect()
}
