//! One saga, told event by event in a lane per service, as it happens.

use std::{
    collections::{BTreeMap, HashSet},
    time::Duration,
};

use events_schema::{EventId, Key, Record, Timestamp, Topic, open, partition_of};

use super::crowd;
use crate::{
    clock,
    exit::Failure,
    fold::told::Told,
    log::{Cluster, Shard, Writer},
    render::brief::brief,
    session::Session,
};

const TOPICS: [Topic; 4] = [Topic::Checkout, Topic::Orders, Topic::Inventory, Topic::Payments];
/// Columns a lane takes, and columns below which lanes do not fit.
const LANE: usize = 20;
const LANES_FROM: usize = 110;

/// Places Ada's order and tells what becomes of it, until it has ended. Returns its id.
pub fn tell_one(cluster: &Cluster, writer: &Writer<'_>, session: &mut Session) -> Result<Key, Failure> {
    let id = clock::new_order_id();
    let home = partition_of(&id, cluster.partitions(Topic::Checkout)?);
    let shards: Vec<Shard> = TOPICS.iter().map(|topic| (*topic, home)).collect();
    let starts: BTreeMap<Shard, i64> = cluster.ends(&shards)?;
    wait_for_catalog(cluster, home, session)?;
    let reader = cluster.reader(&starts)?;
    heading(&id, home, session)?;
    crowd::place(writer, cluster, id, &crowd::order("ada", &[("mug", 2), ("poster", 1)], "tok_ok"))?;
    writer.drain()?;
    let (since, mut teller) = (clock::instant(), Teller::of(id));
    while !teller.ended {
        session.interrupt.check()?;
        if since.elapsed() > session.settings.timeout {
            return Err(Failure::Ours(format!("order {id} did not end; more: --log info")));
        }
        let mut told = Ok(());
        reader.poll(Duration::from_millis(20), &mut |record| told = teller.hear(record, session))?;
        told?;
    }
    if !session.out.is_json() {
        session.out.line(format_args!("  {} events, nobody in charge\n", teller.count))?;
        session.out.flush()?;
    }
    Ok(id)
}

/// An order that overtakes its product would be rejected, rightly: waits until the catalog is published here.
fn wait_for_catalog(cluster: &Cluster, home: u16, session: &Session) -> Result<(), Failure> {
    let (since, shard) = (clock::instant(), (Topic::Catalog, home));
    while cluster.ends(&[shard])?.get(&shard).copied().unwrap_or(0) < 3 {
        session.interrupt.check()?;
        if since.elapsed() > session.settings.timeout {
            return Err(Failure::Ours("the catalog was not published; more: --log info".to_owned()));
        }
        clock::pause(Duration::from_millis(20));
    }
    // Published is not yet read: the order service reads the same partition a moment later.
    clock::pause(Duration::from_millis(300));
    Ok(())
}

fn heading(id: &Key, home: u16, session: &mut Session) -> Result<(), Failure> {
    if session.out.is_json() {
        return Ok(());
    }
    session.out.line(format_args!("Ada orders 2 mugs and a poster · order {id} · partition {home}"))?;
    if wide() {
        let lanes: Vec<String> = TOPICS.iter().map(|topic| format!("{:LANE$}", topic.name())).collect();
        session.out.line(format_args!("     ms   {}", lanes.concat()))?;
    }
    session.out.flush()
}

fn wide() -> bool {
    terminal_size::terminal_size().is_some_and(|(width, _)| usize::from(width.0) >= LANES_FROM)
}

/// Tells events, causes before effects: partitions are read in any order.
struct Teller {
    id: Key,
    began: Option<Timestamp>,
    told: HashSet<EventId>,
    waiting: Vec<Scene>,
    count: usize,
    ended: bool,
}

struct Scene {
    id: EventId,
    cause: Option<EventId>,
    time: Timestamp,
    lane: usize,
    event: String,
    facts: String,
}

impl Teller {
    fn of(id: Key) -> Teller {
        Teller { id, began: None, told: HashSet::new(), waiting: Vec::new(), count: 0, ended: false }
    }

    fn hear(&mut self, record: &Record<'_>, session: &mut Session) -> Result<(), Failure> {
        let Ok(opened) = open(record) else { return Ok(()) };
        if opened.subject != self.id {
            return Ok(());
        }
        self.waiting.push(Scene {
            id: opened.id,
            cause: opened.causationid,
            time: opened.time,
            lane: TOPICS.iter().position(|topic| *topic == record.place.topic).unwrap_or(0),
            event: opened.kind.into_owned(),
            facts: Told::read(record).ok().flatten().map(|heard| brief(&heard.data)).unwrap_or_default(),
        });
        while let Some(next) =
            self.waiting.iter().position(|s| s.cause.is_none_or(|cause| self.told.contains(&cause)))
        {
            let scene = self.waiting.remove(next);
            self.tell(&scene, session)?;
        }
        Ok(())
    }

    fn tell(&mut self, scene: &Scene, session: &mut Session) -> Result<(), Failure> {
        let Scene { lane, event, facts, .. } = scene;
        self.told.insert(scene.id);
        self.count += 1;
        self.ended = matches!(event.as_str(), "OrderCompleted" | "OrderCancelled" | "OrderRejected");
        let began = *self.began.get_or_insert(scene.time);
        if session.out.is_json() {
            return Ok(());
        }
        let ms = began.until(scene.time).as_secs_f64() * 1_000.0;
        let line = match wide() {
            true => {
                let lanes = TOPICS.len() * LANE;
                format!(
                    "{ms:7.1}   {:<lanes$}{facts}",
                    format!("{:indent$}{event}", "", indent = lane * LANE)
                )
            }
            false => format!("{ms:7.1}   {:<10} {event:<16} {facts}", TOPICS[*lane].name()),
        };
        session.out.line(line.trim_end())?;
        session.out.flush()
    }
}
