//! The end of a demo: waits until everything has ended, then adds the books up from the log alone.

use std::{collections::BTreeMap, io::IsTerminal, io::Write, time::Duration, time::Instant};

use events_schema::{Key, Money, Topic, orders::CancelReason};
use invariants::{Books, Fate, History, Verdict};
use serde::Serialize;

use super::{crowd::Crowd, shop::Shop};
use crate::{
    clock,
    exit::Failure,
    log::{Cluster, Polled, Reader},
    render::word,
    session::Session,
};

/// The longest wait for the last order, beyond what the slowest fate takes.
const PATIENCE: Duration = Duration::from_secs(60);

/// What became of a demo.
#[derive(Serialize)]
pub struct Outcome {
    placed: usize,
    completed: usize,
    cancelled: BTreeMap<String, usize>,
    rejected: usize,
    open: usize,
    parked: usize,
    balanced: bool,
    elapsed_ms: u128,
    #[serde(skip)]
    books: Books,
    #[serde(skip)]
    verdicts: Vec<Verdict>,
}

/// Reads the log until every order has ended and everything that must be undone is.
pub fn settle(
    hero: &Key,
    crowd: &Crowd,
    cluster: &Cluster,
    shop: &Shop,
    began: Instant,
    session: &mut Session,
) -> Result<Outcome, Failure> {
    let orders: Vec<Key> = crowd.ids().chain([hero]).copied().collect();
    let starts = cluster.shards(&Topic::ALL)?.into_iter().map(|shard| (shard, 0)).collect();
    let reader = cluster.reader(&starts)?;
    let (mut history, since) = (History::default(), clock::instant());
    loop {
        session.interrupt.check()?;
        take_in(&reader, &mut history)?;
        let fates = history.fates();
        let ended = orders.iter().filter(|id| fates.get(*id).is_some_and(is_ending)).count();
        progress(ended, orders.len());
        let books = Books::of(&history);
        let done = ended == orders.len() && books.balance() && kept(&books) == shop.net_by_the_bank();
        if done || since.elapsed() > PATIENCE || !shop.is_open() {
            return Ok(Outcome::of(&orders, &history, &fates, books, shop, began));
        }
    }
}

/// Reads for a moment, or until nothing more comes.
fn take_in(reader: &Reader<'_>, history: &mut History) -> Result<(), Failure> {
    let since = clock::instant();
    while since.elapsed() < Duration::from_millis(200) {
        if reader.poll(Duration::from_millis(50), &mut |record| history.push(record))? == Polled::Nothing {
            break;
        }
    }
    Ok(())
}

fn is_ending(fate: &Fate) -> bool {
    !matches!(fate, Fate::Placed | Fate::Open)
}

fn kept(books: &Books) -> i128 {
    books.money.values().map(|money| money.captured - money.refunded).sum()
}

fn progress(ended: usize, all: usize) {
    if std::io::stderr().is_terminal() {
        let end = if ended == all { "\r\u{1b}[K" } else { "" };
        let _ = write!(std::io::stderr(), "\r{ended} of {all} orders have ended {end}");
    }
}

impl Outcome {
    fn of(
        orders: &[Key],
        history: &History,
        fates: &BTreeMap<Key, Fate>,
        books: Books,
        shop: &Shop,
        began: Instant,
    ) -> Outcome {
        let verdicts = invariants::check(history, true);
        let mut outcome = Outcome {
            placed: orders.len(),
            completed: 0,
            cancelled: BTreeMap::new(),
            rejected: 0,
            open: 0,
            parked: parked(history),
            balanced: books.balance() && kept(&books) == shop.net_by_the_bank(),
            elapsed_ms: 0,
            books,
            verdicts,
        };
        for id in orders {
            match fates.get(id).unwrap_or(&Fate::Placed) {
                Fate::Completed => outcome.completed += 1,
                Fate::Rejected => outcome.rejected += 1,
                Fate::Cancelled(reason) => *outcome.cancelled.entry(name(*reason)).or_default() += 1,
                Fate::Placed | Fate::Open => outcome.open += 1,
            }
        }
        outcome.elapsed_ms = began.elapsed().as_millis();
        outcome
    }

    /// Prints it for people.
    pub fn print(&self, session: &mut Session) -> Result<(), Failure> {
        if session.out.is_json() {
            return Ok(());
        }
        let cancelled: Vec<String> =
            self.cancelled.iter().map(|(reason, n)| format!("{n} {reason}")).collect();
        let Outcome { placed, completed, rejected, open, parked, elapsed_ms, .. } = self;
        session.out.line(format_args!(
            "{placed} orders of every fate, {:.1} s after the start",
            *elapsed_ms as f64 / 1e3
        ))?;
        session.out.line(format_args!("  completed {completed}"))?;
        session.out.line(format_args!("  cancelled {}", cancelled.join(", ")))?;
        session.out.line(format_args!("  rejected  {rejected}   open {open}   records parked {parked}\n"))?;
        self.print_books(session)?;
        session.out.flush()
    }

    fn print_books(&self, session: &mut Session) -> Result<(), Failure> {
        session.out.line("The books, added up from the log by code that no service uses")?;
        for (sku, book) in &self.books.stock {
            let (free, all) = (book.in_depot + book.on_shelves + book.in_transfer, book.supplied);
            let (held, shipped) = (book.held, book.shipped);
            session.out.line(format_args!(
                "  {sku:<8} {all} supplied = {free} free + {held} held + {shipped} shipped"
            ))?;
        }
        for (currency, money) in &self.books.money {
            let show = |amount: i128| Money::new(i64::try_from(amount).unwrap_or(i64::MAX), *currency);
            let (captured, refunded, completed) =
                (show(money.captured), show(money.refunded), show(money.completed));
            session.out.line(format_args!(
                "  money    {captured} captured − {refunded} refunded = {completed} of completed orders"
            ))?;
        }
        let holding = self.verdicts.iter().filter(|verdict| verdict.holds()).count();
        let checks: u64 = self.verdicts.iter().map(|verdict| verdict.checked).sum();
        session
            .out
            .line(format_args!("  promises {holding} of {} hold, {checks} checks", self.verdicts.len()))?;
        for verdict in self.verdicts.iter().filter(|verdict| !verdict.holds()) {
            session.out.line(format_args!("  {verdict}"))?;
        }
        Ok(())
    }

    /// Whether all is well.
    pub fn verdict(&self) -> Result<(), Failure> {
        let broken = self.verdicts.iter().find(|verdict| !verdict.holds());
        match (self.open, self.balanced, broken) {
            (0, true, None) => Ok(()),
            (0, true, Some(verdict)) => Err(Failure::Broken(verdict.to_string())),
            (0, false, _) => Err(Failure::Broken("the books do not balance".to_owned())),
            (open, ..) => Err(Failure::Broken(format!("{open} orders have not ended"))),
        }
    }
}

/// Records that are parked and not resolved.
fn parked(history: &History) -> usize {
    invariants::waiting(history).iter().map(|one| one.inputs).sum()
}

fn name(reason: CancelReason) -> String {
    word(&reason)
}
