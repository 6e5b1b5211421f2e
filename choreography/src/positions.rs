//! Where a task stands in each of its inputs, and the header by which its own log remembers that.

use std::{fmt::Write as _, time::Duration};

use events_schema::{Place, Timestamp, Topic};

use crate::{Input, Position, lag::Lag};

/// The header on a task's last fact of a transaction: `checkout=20..23,payments=7..9`, consumed from .. to (excluded).
/// It covers what was consumed since the last fact, also what was committed without one: a record that said nothing
/// then must not be taken again by a state that has changed since. The first one after a restore names every input.
pub(crate) const CONSUMED: &str = "consumed";

/// What an input is read for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Role {
    /// Records are reacted to; the position is committed.
    Consumed,
    /// A followed table; read from its start on restore, its position is never committed.
    Table,
}

#[derive(Clone, Copy, Debug)]
struct Stand {
    input: Input,
    role: Role,
    /// The next offset to take.
    next: i64,
    /// `next` after the last turn that went well: where an aborted turn begins anew.
    safe: i64,
    /// `next` as it was last committed.
    committed: i64,
    /// `next` as the own log last said it: where the `consumed` range begins.
    told: i64,
    /// Whether the own log has said it since the restore.
    is_told: bool,
    lag: Lag,
}

/// A task's positions, one per input.
#[derive(Default, Debug)]
pub(crate) struct Positions(Vec<Stand>);

impl Positions {
    /// Adds an input that goes on at `next`.
    pub(crate) fn add(&mut self, topic: Topic, partition: u16, role: Role, next: i64) {
        let input = Input { topic, partition };
        let (is_told, lag) = (false, Lag::default());
        self.0.push(Stand { input, role, next, safe: next, committed: next, told: next, is_told, lag });
    }

    /// Whether the record was not taken yet. After a new assignment a client may deliver one again.
    pub(crate) fn is_new(&self, place: Place) -> bool {
        self.0.iter().any(|stand| stand.input.topic == place.topic && stand.next <= place.offset)
    }

    /// The record at `place`, written at `appended`, was taken.
    pub(crate) fn pass(&mut self, place: Place, appended: Timestamp) {
        if let Some(stand) = self.0.iter_mut().find(|stand| stand.input.topic == place.topic) {
            stand.next = place.offset + 1;
            stand.lag.take(appended);
        }
    }

    /// The age of the oldest record of an input that was not consumed yet.
    pub(crate) fn lag(&mut self, input: Input, now: Timestamp, position: i64, end: i64) -> Duration {
        let stand = self.0.iter_mut().find(|stand| stand.input == input);
        stand.map_or(Duration::ZERO, |stand| stand.lag.look(now, position, end))
    }

    /// Everything before `next` was delivered and taken: markers behind the last record are passed.
    pub(crate) fn reach(&mut self, input: Input, next: i64) {
        if let Some(stand) = self.0.iter_mut().find(|stand| stand.input == input) {
            stand.next = stand.next.max(next);
        }
    }

    /// Whether `topic` is a followed table.
    pub(crate) fn is_table(&self, topic: Topic) -> bool {
        self.0.iter().any(|stand| stand.input.topic == topic && stand.role == Role::Table)
    }

    /// All positions, to assign a reader.
    pub(crate) fn all(&self) -> impl Iterator<Item = Position> + '_ {
        self.0.iter().map(|stand| Position { input: stand.input, next: stand.next })
    }

    /// The positions to commit.
    pub(crate) fn consumed(&self) -> impl Iterator<Item = Position> + '_ {
        let consumed = self.0.iter().filter(|stand| stand.role == Role::Consumed);
        consumed.map(|stand| Position { input: stand.input, next: stand.next })
    }

    /// Whether anything was taken since the last commit.
    pub(crate) fn moved(&self) -> bool {
        self.0.iter().any(|stand| stand.role == Role::Consumed && stand.next != stand.committed)
    }

    /// The turn went well.
    pub(crate) fn settle(&mut self) {
        self.0.iter_mut().for_each(|stand| stand.safe = stand.next);
    }

    /// The turn was undone.
    pub(crate) fn roll_back(&mut self) {
        self.0.iter_mut().for_each(|stand| stand.next = stand.safe);
    }

    /// The positions are committed; `told`: with a fact that carries the header.
    pub(crate) fn commit(&mut self, told: bool) {
        self.settle();
        for stand in &mut self.0 {
            stand.committed = stand.next;
            if told {
                (stand.told, stand.is_told) = (stand.next, true);
            }
        }
    }

    /// Writes the `consumed` header: what was taken since the last one.
    pub(crate) fn write_header(&self, out: &mut String) {
        out.clear();
        let consumed = self.0.iter().filter(|stand| stand.role == Role::Consumed);
        for stand in consumed.filter(|stand| stand.next != stand.told || !stand.is_told) {
            let comma = if out.is_empty() { "" } else { "," };
            let _ = write!(out, "{comma}{}={}..{}", stand.input.topic, stand.told, stand.next);
        }
    }
}

/// Reads a `consumed` header: per topic, the next offset to take. What cannot be read is left out.
pub(crate) fn read_header(value: &[u8]) -> impl Iterator<Item = (Topic, i64)> + '_ {
    let text = std::str::from_utf8(value).unwrap_or_default();
    text.split(',').filter_map(|entry| {
        let (topic, range) = entry.split_once('=')?;
        let (_, next) = range.split_once("..")?;
        Some((Topic::from_name(topic)?, next.parse().ok()?))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_header_says_what_was_taken_since_the_last_fact() {
        let mut positions = Positions::default();
        positions.add(Topic::Checkout, 1, Role::Consumed, 20);
        positions.add(Topic::Payments, 1, Role::Consumed, 7);
        positions.add(Topic::Catalog, 1, Role::Table, 0);
        for (topic, offset) in [(Topic::Checkout, 22), (Topic::Payments, 8), (Topic::Catalog, 5)] {
            positions.pass(Place { topic, partition: 1, offset }, Timestamp(0));
        }
        let mut header = String::new();
        positions.write_header(&mut header);
        assert_eq!(header, "checkout=20..23,payments=7..9");
        let read: Vec<_> = read_header(header.as_bytes()).collect();
        assert_eq!(read, [(Topic::Checkout, 23), (Topic::Payments, 9)]);
        positions.commit(true);
        positions.write_header(&mut header);
        assert_eq!(header, "");
        positions.pass(Place { topic: Topic::Checkout, partition: 1, offset: 23 }, Timestamp(0));
        positions.commit(false);
        positions.write_header(&mut header);
        assert_eq!(header, "checkout=23..24", "what was committed without a fact is named by the next");
    }

    #[test]
    fn the_first_header_after_a_restore_names_every_input() {
        let mut positions = Positions::default();
        positions.add(Topic::Checkout, 1, Role::Consumed, 20);
        positions.add(Topic::Payments, 1, Role::Consumed, 7);
        positions.pass(Place { topic: Topic::Checkout, partition: 1, offset: 20 }, Timestamp(0));
        let mut header = String::new();
        positions.write_header(&mut header);
        assert_eq!(header, "checkout=20..21,payments=7..7");
    }

    #[test]
    fn an_undone_turn_begins_where_the_last_good_one_ended() {
        let mut positions = Positions::default();
        positions.add(Topic::Orders, 0, Role::Consumed, 3);
        let at = |offset| Place { topic: Topic::Orders, partition: 0, offset };
        positions.pass(at(3), Timestamp(0));
        positions.settle();
        positions.pass(at(4), Timestamp(0));
        positions.roll_back();
        assert!(positions.is_new(at(4)) && !positions.is_new(at(3)));
    }
}
