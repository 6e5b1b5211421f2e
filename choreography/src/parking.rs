//! Parking: which subjects wait behind a record that could not be taken. A fold over the machine's own facts.

use events_schema::{
    Key, Place, Topic,
    parking::{EventDiscarded, EventParked, EventResumed, ParkingFact},
};

use crate::Table;

/// Headers of a parked record: where it stood, why it was set aside, whom it blocks. Its own headers follow.
pub(crate) mod header {
    pub(crate) const SERVICE: &str = "parked-service";
    pub(crate) const SUBJECT: &str = "parked-subject";
    pub(crate) const REASON: &str = "parked-reason";
    pub(crate) const AT: &str = "parked-at";
    pub(crate) const TOPIC: &str = "parked-topic";
    pub(crate) const PARTITION: &str = "parked-partition";
    pub(crate) const OFFSET: &str = "parked-offset";
    /// Written by an operator's tool: the offset of the parked record, on the same topic and partition, whose place this
    /// one takes. It stays the record's own.
    pub(crate) const CORRECTS: &str = "corrects";
    /// Present when the value was cut because the log would not take it whole.
    pub(crate) const TRUNCATED: &str = "parked-truncated";
}

/// What waits: a record, or an input that is none.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub(crate) enum Waiting {
    /// A record at this place.
    Record(Place),
    /// The subject's deadline.
    Deadline,
    /// An answer from the outside, by a number made from what it says: said again it is the same.
    Answer(i64),
}

impl Waiting {
    /// Topic, partition and offset as a parking fact names them.
    pub(crate) fn named(&self, partition: u16) -> (String, u16, i64) {
        match self {
            Waiting::Record(place) => (place.topic.name().to_owned(), place.partition, place.offset),
            Waiting::Deadline => ("deadline".to_owned(), partition, 0),
            Waiting::Answer(number) => ("answer".to_owned(), partition, *number),
        }
    }

    /// What a parking fact, or the headers of a parked record, name.
    pub(crate) fn read(topic: &str, partition: u16, offset: i64) -> Option<Waiting> {
        match topic {
            "deadline" => Some(Waiting::Deadline),
            "answer" => Some(Waiting::Answer(offset)),
            name => Topic::from_name(name).map(|topic| Waiting::Record(Place { topic, partition, offset })),
        }
    }
}

/// What waits for one subject: the numbers of the oldest and of the next to come.
#[derive(Clone, Copy, Default)]
struct Queue {
    oldest: u64,
    next: u64,
    /// How many of them are answers.
    answers: u64,
}

/// The blocked subjects and what waits for each, oldest first. One entry a record: however many wait for a subject, to
/// park one more costs the same.
#[derive(Default)]
pub(crate) struct Parking {
    queues: Table<Key, Queue>,
    waiting: Table<(Key, u64), Waiting>,
}

impl Parking {
    /// Whether the subject's records must wait.
    pub(crate) fn blocks(&self, subject: &Key) -> bool {
        !self.queues.is_empty() && self.queues.contains(subject)
    }

    /// The oldest that waits for the subject.
    pub(crate) fn oldest(&self, subject: &Key) -> Option<&Waiting> {
        let queue = self.queues.get(subject)?;
        self.waiting.get(&(*subject, queue.oldest))
    }

    /// Whether an answer about the subject waits for an operator.
    pub(crate) fn holds_answer(&self, subject: &Key) -> bool {
        self.queues.get(subject).is_some_and(|queue| queue.answers > 0)
    }

    /// Whether this waits among what waits for the subject.
    pub(crate) fn holds(&self, subject: &Key, what: &Waiting) -> bool {
        self.number(subject, what).is_some()
    }

    fn number(&self, subject: &Key, what: &Waiting) -> Option<u64> {
        let Queue { oldest, next, .. } = *self.queues.get(subject)?;
        (oldest..next).find(|number| self.waiting.get(&(*subject, *number)) == Some(what))
    }

    /// How many subjects are blocked.
    pub(crate) fn len(&self) -> usize {
        self.queues.len()
    }

    /// How many inputs wait, for whatever subject.
    pub(crate) fn inputs(&self) -> usize {
        self.waiting.len()
    }

    /// Folds a parking fact.
    pub(crate) fn fold(&mut self, subject: Key, fact: &ParkingFact) {
        match fact {
            ParkingFact::EventParked(EventParked { topic, partition, offset, corrects, .. }) => {
                let Some(new) = Waiting::read(topic, *partition, *offset) else { return };
                let old = corrects.and_then(|offset| Waiting::read(topic, *partition, offset));
                match old.and_then(|old| self.number(&subject, &old)) {
                    Some(number) => self.waiting.put((subject, number), new),
                    None => self.push(subject, new),
                }
            }
            ParkingFact::EventResumed(EventResumed { topic, partition, offset, .. })
            | ParkingFact::EventDiscarded(EventDiscarded { topic, partition, offset, .. }) => {
                let gone = Waiting::read(topic, *partition, *offset);
                // What is given up without having waited is none of the queue's business.
                if gone.is_some() && self.oldest(&subject) == gone.as_ref() {
                    self.pop(subject);
                }
            }
            ParkingFact::EventForwarded(_) => {}
        }
    }

    /// The oldest may be parked once more, when it was tried in vain: it keeps its place.
    fn push(&mut self, subject: Key, new: Waiting) {
        let mut queue = self.queues.get(&subject).copied().unwrap_or_default();
        let is_answer = matches!(new, Waiting::Answer(_));
        if self.oldest(&subject) == Some(&new) || (is_answer && self.holds(&subject, &new)) {
            return;
        }
        queue.answers += u64::from(is_answer);
        self.waiting.put((subject, queue.next), new);
        queue.next += 1;
        self.queues.put(subject, queue);
    }

    fn pop(&mut self, subject: Key) {
        let Some(mut queue) = self.queues.get(&subject).copied() else { return };
        let oldest = (subject, queue.oldest);
        queue.answers -= u64::from(matches!(self.waiting.get(&oldest), Some(Waiting::Answer(_))));
        self.waiting.remove(&oldest);
        queue.oldest += 1;
        if queue.oldest == queue.next {
            self.queues.remove(&subject)
        } else {
            self.queues.put(subject, queue)
        }
    }

    pub(crate) fn commit(&mut self) {
        self.queues.commit();
        self.waiting.commit();
    }

    pub(crate) fn roll_back(&mut self) {
        self.queues.roll_back();
        self.waiting.roll_back();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parked(offset: i64) -> ParkingFact {
        parked_for(offset, None)
    }

    fn parked_for(offset: i64, corrects: Option<i64>) -> ParkingFact {
        EventParked { topic: "checkout".to_owned(), partition: 0, offset, reason: String::new(), corrects }
            .into()
    }

    fn resumed(offset: i64) -> ParkingFact {
        EventResumed { topic: "checkout".to_owned(), partition: 0, offset, reason: String::new() }.into()
    }

    #[test]
    fn a_hundred_thousand_records_wait_for_one_subject_in_order() {
        let (mut parking, subject) = (Parking::default(), "o-1".parse().unwrap());
        for offset in 0..100_000 {
            parking.fold(subject, &parked(offset));
        }
        parking.commit();
        for offset in 0..100_000 {
            parking.fold(subject, &parked(offset));
            parking.fold(subject, &resumed(offset));
        }
        assert!(!parking.blocks(&subject));
        parking.roll_back();
        assert_eq!(parking.oldest(&subject).map(|oldest| oldest.named(0).2), Some(0));
    }

    #[test]
    fn a_corrected_record_takes_the_place_of_the_one_it_corrects() {
        let (mut parking, subject) = (Parking::default(), "o-1".parse().unwrap());
        (0..3).for_each(|offset| parking.fold(subject, &parked(offset)));
        parking.fold(subject, &parked_for(7, Some(1)));
        parking.fold(subject, &parked_for(8, Some(1)));
        let mut left = Vec::new();
        while let Some(oldest) = parking.oldest(&subject).map(|oldest| oldest.named(0).2) {
            left.push(oldest);
            parking.fold(subject, &resumed(oldest));
        }
        assert_eq!(left, [0, 7, 2, 8], "the second comes too late and waits as any other");
    }

    #[test]
    fn only_the_oldest_can_leave() {
        let (mut parking, subject) = (Parking::default(), "o-1".parse().unwrap());
        (0..2).for_each(|offset| parking.fold(subject, &parked(offset)));
        parking.fold(subject, &resumed(1));
        assert_eq!(parking.oldest(&subject).map(|oldest| oldest.named(0).2), Some(0));
    }
}
