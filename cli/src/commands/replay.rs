//! `replay`: decides what was decided once more, off line, with the service's own code and the settings given here.

use choreography::{Service, Task};
use events_schema::{OwnedRecord, Timestamp, Topic};
use serde::Serialize;

use crate::{
    exit::Failure,
    fold::again::{Difference, Log, Outcome, again},
    log::{Begin, Cluster, Shard},
    session::Session,
};

/// Which service's decisions.
#[derive(clap::Subcommand, Debug)]
pub enum Command {
    /// The order service's
    Order {
        /// What to replay.
        #[command(flatten)]
        of: Of,
        /// Its settings.
        #[command(flatten)]
        flags: order::Flags,
    },
    /// The inventory service's
    Inventory {
        /// What to replay.
        #[command(flatten)]
        of: Of,
        /// Its settings.
        #[command(flatten)]
        flags: inventory::Flags,
    },
    /// The payment service's
    Payment {
        /// What to replay.
        #[command(flatten)]
        of: Of,
    },
}

/// What to replay.
#[derive(clap::Args, Debug)]
#[command(
    after_help = "The partition is folded from its beginning; decisions of the time asked for are compared, byte for
byte. Answers of the payment provider and balances brought forward are taken as they stand, and so is what is not
decided on: silence is not compared. A difference ends it with 6, unless --what-if says that it is wanted."
)]
pub struct Of {
    /// The partition
    #[arg(long, value_name = "P")]
    partition: u16,
    /// Only what was decided at this time or later (RFC 3339)
    #[arg(long, value_name = "TIME")]
    from: Option<Timestamp>,
    /// Only what was decided by this time
    #[arg(long, value_name = "TIME")]
    to: Option<Timestamp>,
    /// The settings given here are a proposal: show whom they touch, and end with 0
    #[arg(long)]
    what_if: bool,
}

#[derive(Serialize)]
struct Document<'a> {
    service: &'static str,
    partition: u16,
    #[serde(flatten)]
    outcome: &'a Outcome,
}

/// Reads, decides and compares.
pub fn run(command: &Command, session: &mut Session) -> Result<(), Failure> {
    match command {
        Command::Order { of, flags } => replay(flags.make().map_err(Failure::Layout)?().0, of, session),
        Command::Inventory { of, flags } => replay(flags.make().map_err(Failure::Layout)?().0, of, session),
        Command::Payment { of } => replay(payment::Payment::default(), of, session),
    }
}

fn replay<S: Service>(service: S, of: &Of, session: &mut Session) -> Result<(), Failure> {
    let cluster = session.reach()?;
    let partitions = cluster.partitions(S::EMITS)?;
    if of.partition >= partitions {
        return Err(Failure::Usage(format!("--partition {}: there are {partitions}, from 0", of.partition)));
    }
    let log = read::<S>(&cluster, of.partition)?;
    let (from, to) = (of.from.unwrap_or_default(), of.to.unwrap_or(Timestamp::MAX));
    let outcome = again(service, Task { partition: of.partition, partitions }, &log, from, to);
    show(S::SOURCE.name(), of, &outcome, session)
}

fn read<S: Service>(cluster: &Cluster, partition: u16) -> Result<Log, Failure> {
    let mut topics: Vec<Topic> = S::reactions().iter().map(|row| row.topic()).collect();
    topics.sort_unstable();
    topics.dedup();
    let tables = S::tables().iter().filter(|row| row.followed).map(|row| row.table.topic());
    Ok(Log {
        own: collect(cluster, &[S::EMITS], partition)?,
        heard: collect(cluster, &topics, partition)?,
        tables: collect(cluster, &tables.collect::<Vec<_>>(), partition)?,
    })
}

fn collect(cluster: &Cluster, topics: &[Topic], partition: u16) -> Result<Vec<OwnedRecord>, Failure> {
    let shards: Vec<Shard> = topics.iter().map(|topic| (*topic, partition)).collect();
    topics.iter().try_for_each(|topic| cluster.partitions(*topic).map(|_| ()))?;
    let mut records = Vec::new();
    cluster.read(&cluster.ranges(&shards, Begin::Oldest)?, &mut |record| {
        records.push(OwnedRecord::from(record));
    })?;
    Ok(records)
}

fn show(service: &'static str, of: &Of, outcome: &Outcome, session: &mut Session) -> Result<(), Failure> {
    let Outcome { decided, given, differences } = outcome;
    if session.out.is_json() {
        session.out.document(&Document { service, partition: of.partition, outcome })?;
    } else {
        differences.iter().try_for_each(|difference| session.out.line(line(difference)))?;
        let differ = differences.len();
        session.out.line(format_args!(
            "{service}-{}: {decided} decisions derived again, {differ} differ; {given} facts taken as they stand",
            of.partition
        ))?;
    }
    match differences.is_empty() || of.what_if {
        true => Ok(()),
        false => Err(Failure::Broken(format!(
            "S14: {} decisions of {service} come out differently with these settings; a proposal? --what-if",
            differences.len()
        ))),
    }
}

fn line(difference: &Difference) -> String {
    let Difference { subject, cause, at, said, would_say, near_table_change, .. } = difference;
    let list = |facts: &[String]| if facts.is_empty() { "nothing".to_owned() } else { facts.join(" and ") };
    let near = if *near_table_change { " (a table changed shortly before)" } else { "" };
    format!("{subject}  {cause} at {at}: said {}, would say {}{near}", list(said), list(would_say))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fold::stories;

    /// What a service would find on the only partition of these stories.
    fn log<S: Service>(records: &[OwnedRecord]) -> Log {
        let on = |topics: Vec<Topic>| {
            records.iter().filter(|record| topics.contains(&record.place.topic)).cloned().collect()
        };
        Log {
            own: on(vec![S::EMITS]),
            heard: on(S::reactions().iter().map(|row| row.topic()).collect()),
            tables: on(S::tables().iter().filter(|row| row.followed).map(|row| row.table.topic()).collect()),
        }
    }

    fn replayed<S: Service>(service: S, records: &[OwnedRecord]) -> Outcome {
        let task = Task { partition: 0, partitions: 1 };
        again(service, task, &log::<S>(records), Timestamp::default(), Timestamp::MAX)
    }

    #[test]
    fn what_was_decided_is_derived_again_without_a_difference() {
        for records in
            [stories::completed(), stories::declined(), stories::out_of_stock(), stories::refunded()]
        {
            let outcomes = [
                replayed(order::Order::default(), &records),
                replayed(inventory::Inventory::new(inventory::Settings { least_deal: 1 }), &records),
                replayed(payment::Payment::default(), &records),
            ];
            assert!(outcomes[0].decided > 0 && outcomes[1].decided > 0, "{outcomes:#?}");
            assert!(outcomes.iter().all(|outcome| outcome.differences.is_empty()), "{outcomes:#?}");
        }
    }

    #[test]
    fn a_changed_rule_shows_the_order_it_touches() {
        let settings = order::Settings { max_total: 100, ..order::Settings::default() };
        let outcome = replayed(order::Order::new(settings), &stories::completed());
        let shown: Vec<String> = outcome.differences.iter().map(line).collect();
        assert_eq!(shown.len(), 1, "{shown:?}");
        assert!(shown[0].starts_with("o-1  OrderPlaced at checkout-0@0: said OrderAccepted 6.09 EUR, would say OrderRejected over_limit"), "{shown:?}");
    }

    #[test]
    fn a_deadline_is_derived_again_with_the_lifetime_it_was_set_by() {
        let settings =
            order::Settings { lifetime: std::time::Duration::from_secs(1), ..order::Settings::default() };
        let outcome = replayed(order::Order::new(settings), &stories::expired());
        assert_eq!((outcome.decided, outcome.given, outcome.differences), (2, 0, vec![]));
    }
}
