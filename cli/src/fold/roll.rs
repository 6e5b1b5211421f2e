//! The roll: every order that a stretch of the log tells of, and where each stands.

use std::{collections::BTreeMap, time::Duration};

use events_schema::{
    Fact, Heard, Key, Record, Timestamp, inventory::InventoryFact, kind, parking::ParkingFact,
};

use super::{
    order::Status,
    spread::Spread,
    story::Story,
    told::Told,
    wait::{Wait, Who},
};

/// One order on the roll.
#[derive(Clone, PartialEq, Debug)]
pub struct Entry {
    /// What its events add up to.
    pub story: Story,
    /// The time of its newest event.
    pub last: Timestamp,
    /// The partition of its newest fact.
    pub partition: u16,
}

/// All orders, by id. Topics may be read in any order: what each says of an order stands apart from the others.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Roll(pub BTreeMap<Key, Entry>);

/// An order that has not come to rest.
#[derive(Clone, PartialEq, Debug)]
pub struct Open<'a> {
    /// Which.
    pub order: Key,
    /// What is known of it.
    pub entry: &'a Entry,
    /// What is missing.
    pub wait: Wait,
    /// Since when.
    pub since: Timestamp,
}

impl Roll {
    /// Folds a record, if it is about an order and not older than `since`.
    pub fn hear(&mut self, record: &Record<'_>, since: Timestamp) {
        let Ok(kind) = kind(record) else { return };
        let of_order = match record.place.topic {
            events_schema::Topic::Inventory => {
                is_about_an_order(&kind) || ParkingFact::names().contains(&kind.as_ref())
            }
            _ => true,
        };
        if !of_order {
            return;
        }
        if let Ok(Some(heard)) = Told::read(record)
            && heard.time >= since
        {
            self.enter(&heard);
        }
    }

    fn enter(&mut self, heard: &Heard<Told>) {
        let entry = self.0.entry(heard.subject).or_insert_with(|| Entry {
            story: Story::default(),
            last: heard.time,
            partition: heard.place.partition,
        });
        entry.story.hear(heard);
        entry.last = entry.last.max(heard.time);
        if !heard.place.topic.is_outsiders() {
            entry.partition = heard.place.partition;
        }
    }

    /// The orders of which enough is known: what began before the stretch is left out unless order spoke of it since.
    pub fn orders(&self) -> impl Iterator<Item = (&Key, &Entry)> {
        self.0.iter().filter(|(_, entry)| {
            let Story { placed_at, order, blocked, .. } = &entry.story;
            placed_at.is_some() || order.is_some() || !blocked.is_empty()
        })
    }

    /// Those somebody has to move, longest waiting first.
    pub fn open(&self) -> Vec<Open<'_>> {
        let mut open: Vec<Open<'_>> = self
            .orders()
            .filter_map(|(order, entry)| {
                let wait = entry.story.waits_for()?;
                let since = entry.story.blocked.first().map_or(entry.last, |block| block.since);
                Some(Open { order: *order, entry, wait, since })
            })
            .collect();
        open.sort_by_key(|open| (open.since, open.order));
        open
    }

    /// Forgets orders that came to rest before this time.
    pub fn forget(&mut self, before: Timestamp) {
        self.0.retain(|_, entry| entry.last >= before || !entry.story.is_settled());
    }
}

fn is_about_an_order(kind: &str) -> bool {
    const KINDS: [&str; 6] = [
        "StockReserved",
        "ReservationQueued",
        "StockRejected",
        "ReservationDropped",
        "StockReleased",
        "StockShipped",
    ];
    debug_assert!(KINDS.iter().all(|kind| InventoryFact::names().contains(kind)));
    KINDS.contains(&kind)
}

/// How many orders ended in one way, and how long that took.
#[derive(Clone, PartialEq, Debug)]
pub struct Fate {
    /// Where they stand.
    pub status: &'static str,
    /// Why: the codes, if there are any.
    pub reason: String,
    /// How many.
    pub orders: usize,
    /// From the placement to the ending; of those of which both are known.
    pub took: Option<Spread>,
}

impl Roll {
    /// The orders by where they stand and why, the most frequent first.
    pub fn fates(&self) -> Vec<Fate> {
        let mut by: BTreeMap<(&'static str, String), (usize, Vec<Duration>)> = BTreeMap::new();
        for (_, Entry { story, .. }) in self.orders() {
            let (orders, took) = by.entry((story.status(), reason(story))).or_default();
            *orders += 1;
            took.extend(story.took());
        }
        let fate =
            |((status, reason), (orders, took))| Fate { status, reason, orders, took: Spread::of(took) };
        let mut fates: Vec<Fate> = by.into_iter().map(fate).collect();
        fates.sort_by(|a, b| b.orders.cmp(&a.orders).then_with(|| a.status.cmp(b.status)));
        fates
    }
}

fn reason(story: &Story) -> String {
    let Some(order) = &story.order else { return story.given_up.clone().unwrap_or_default() };
    // Details name products; the codes alone are few enough to count.
    let codes: std::collections::BTreeSet<&str> =
        order.reasons.iter().map(|reason| reason.code.as_str()).collect();
    codes.into_iter().collect::<Vec<_>>().join(" ")
}

impl Story {
    /// From the placement to the ending, once it has ended.
    pub fn took(&self) -> Option<Duration> {
        let order = self.order.as_ref()?;
        Some(self.placed_at.unwrap_or(order.since).until(order.ended_at?))
    }
}

/// What happens now: rates and latencies over the last while, and what is open.
#[derive(Clone, PartialEq, Debug)]
pub struct Pulse {
    /// Orders placed in the window.
    pub placed: usize,
    /// Orders that ended in the window, by fate.
    pub ended: BTreeMap<&'static str, usize>,
    /// From the placement to the ending, of the orders completed in the window.
    pub took: Option<Spread>,
    /// Orders that somebody has to move, by whom.
    pub open: BTreeMap<Who, usize>,
    /// Orders with a parked record.
    pub parked: usize,
    /// Cancelled orders whose money has not gone back.
    pub refunds: usize,
}

impl Roll {
    /// The pulse of the window that begins at `from`.
    pub fn pulse(&self, from: Timestamp) -> Pulse {
        let (mut ended, mut open) = (BTreeMap::new(), BTreeMap::new());
        let (mut placed, mut took, mut parked, mut refunds) = (0, Vec::new(), 0, 0);
        for (_, Entry { story, .. }) in self.orders() {
            placed += usize::from(story.placed_at.is_some_and(|at| at >= from));
            parked += usize::from(!story.blocked.is_empty());
            refunds += usize::from(story.owes_refund());
            if let Some(wait) = story.waits_for() {
                *open.entry(wait.on).or_default() += 1;
            }
            let Some(order) =
                story.order.as_ref().filter(|order| order.ended_at.is_some_and(|at| at >= from))
            else {
                continue;
            };
            *ended.entry(order.status.name()).or_default() += 1;
            took.extend(story.took().filter(|_| order.status == Status::Completed));
        }
        Pulse { placed, ended, took: Spread::of(took), open, parked, refunds }
    }
}

#[cfg(test)]
mod tests;
