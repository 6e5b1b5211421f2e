//! `reconcile`: payments on the log against the provider's own ledger.

use std::collections::{BTreeMap, BTreeSet};

use events_schema::{
    Currency, Fact, Heard, Key, Money, Timestamp, Topic, kind, orders::OrderFact, payments::PaymentFact,
};
use serde::Serialize;

use crate::{
    clock,
    exit::Failure,
    fold::{
        order::Status,
        reconcile::{Account, Books, Difference, State, Total, Totals},
    },
    log::{Begin, Cluster},
    render::table::{Align, Table},
    session::Session,
};

/// Flags of `reconcile`.
#[derive(clap::Args, Debug)]
#[command(
    after_help = "A line of the ledger: {\"movement\":\"charged\",\"order\":\"o-1\",\"amount\":1250,\"currency\":\"EUR\"}; the other
movement is refunded. The ledger must be whole: what it does not name was not charged.

Ends with 6 when the two differ about an order and payment will not find out by itself."
)]
pub struct Args {
    /// The payment provider's own ledger, one movement a line (NDJSON)
    #[arg(long, value_name = "FILE|URL")]
    ledger: String,
    /// When the ledger was taken: what payment said later is not held against it (RFC 3339); now when left out
    #[arg(long, value_name = "TIME")]
    taken: Option<Timestamp>,
}

#[derive(Serialize)]
struct Report<'a> {
    orders: usize,
    differ: usize,
    under_way: usize,
    even: usize,
    totals: &'a [Totals],
    differences: &'a [Difference],
}

/// Reads both sides and tells where they differ.
pub fn run(args: &Args, session: &mut Session) -> Result<(), Failure> {
    let cluster = session.reach()?;
    let taken = args.taken.unwrap_or_else(clock::now);
    // The ledger first: whatever it says stands on the log by now, or is under way.
    let mut books = Books::of(&auditor::ledger(&args.ledger)?);
    read(&cluster, Topic::Payments, &mut |heard: Heard<PaymentFact>| books.hear(&heard))?;
    let differences = books.differences(&standing(&cluster, &books.apart())?, taken);
    let count = |state| differences.iter().filter(|found| found.state == state).count();
    let report = Report {
        orders: books.orders(),
        differ: count(State::Differs),
        under_way: count(State::UnderWay),
        even: count(State::Even),
        totals: &books.totals(),
        differences: &differences,
    };
    print(&report, session)?;
    match report.differ {
        0 => Ok(()),
        n => Err(Failure::Broken(format!("the ledger and the log differ about {n} orders, see above"))),
    }
}

/// Where these orders stand.
fn standing(cluster: &Cluster, orders: &BTreeSet<Key>) -> Result<BTreeMap<Key, Status>, Failure> {
    let mut standing = BTreeMap::new();
    if orders.is_empty() {
        return Ok(standing);
    }
    read(cluster, Topic::Orders, &mut |heard: Heard<OrderFact>| {
        if orders.contains(&heard.subject)
            && let Some(status) = Status::after(&heard.data)
        {
            standing.insert(heard.subject, status);
        }
    })?;
    Ok(standing)
}

/// Every fact of one kind on its topic. What cannot be read is the audit's affair.
fn read<F: Fact>(cluster: &Cluster, topic: Topic, hear: &mut dyn FnMut(Heard<F>)) -> Result<(), Failure> {
    let ranges = cluster.ranges(&cluster.shards(&[topic])?, Begin::Oldest)?;
    cluster.read(&ranges, &mut |record| {
        if let Ok(kind) = kind(record)
            && let Ok(Some(heard)) = F::read(&kind, record)
        {
            hear(heard);
        }
    })
}

fn print(report: &Report<'_>, session: &mut Session) -> Result<(), Failure> {
    if session.out.is_json() {
        return session.out.document(report);
    }
    session.out.table(&totals(report.totals))?;
    for found in report.differences {
        let Difference { order_id, provider, log, what, remedy, .. } = found;
        let status = found.status.map_or("unknown to order", Status::name);
        let mark = match found.state {
            State::Differs => "",
            State::UnderWay => " (under way)",
            State::Even => " (even)",
        };
        session.out.line(format_args!("\n{order_id}, {status}: {what}{mark}"))?;
        session.out.line(format_args!("  provider  {}", told(provider)))?;
        session.out.line(format_args!("  log       {}", told(log)))?;
        session.out.line(format_args!("  do        {remedy}"))?;
    }
    let Report { orders, differ, under_way, even, .. } = report;
    session.out.line(format_args!("\n{orders} orders: {differ} differ, {under_way} under way, {even} even"))
}

fn told(account: &Account) -> String {
    let each = |word: &str, all: &[Money]| match all {
        [] => format!("nothing {word}"),
        all => format!("{word} {}", all.iter().map(Money::to_string).collect::<Vec<_>>().join(" and ")),
    };
    format!("{}, {}", each("captured", &account.captured), each("returned", &account.returned))
}

fn totals(totals: &[Totals]) -> Table {
    use Align::{Left, Right};
    let heads = [("TOTAL", Left), ("CAPTURED", Right), ("RETURNED", Right), ("KEPT", Right)];
    let mut table = Table::new(&heads);
    for Totals { currency, provider, log } in totals {
        for (side, total) in [("provider", provider), ("log", log)] {
            let Total { captured, returned, kept } = *total;
            let money = |amount| amount_of(amount, *currency).into();
            table.row([side.into(), money(captured), money(returned), money(kept)]);
        }
    }
    table
}

fn amount_of(amount: i64, currency: Currency) -> String {
    Money::new(amount, currency).to_string()
}
