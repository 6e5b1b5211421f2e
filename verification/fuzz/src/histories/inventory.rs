//! What inventory hears: orders, the warehouse, and its own transfers, which come as they were sent.

use std::collections::{BTreeMap, VecDeque};

use arbitrary::Result;
use choreography::Task;
use events_schema::{
    Key, OwnedRecord, Place, Topic,
    inventory::InventoryFact,
    orders::OrderConfirmed,
    partition_of,
    warehouse::{PriceChanged, ProductListed, ProductWithdrawn, StockCorrected, StockReceived},
};
use invariants::History;
use inventory::{Inventory, Settings};

use super::LONGEST;
use crate::{frame::APPENDED, lane::Lane, said::Sayings};

/// Any history of the inventory service on one to three partitions. Whatever the warehouse and the orders say, no piece
/// is sold twice or lost, and each order gets one answer: S1, S2, S3 at every end.
pub fn inventory_history(bytes: &[u8]) {
    let mut sayings = Sayings::new(bytes);
    let Ok(partitions) = sayings.one_of(3).map(|more| u16::from(more) + 1) else { return };
    let mut house = House::new(partitions);
    for _ in 0..LONGEST {
        if sayings.is_empty() || house.step(&mut sayings).is_err() {
            break;
        }
    }
    house.lanes.iter().for_each(Lane::is_its_fold);
    house.keeps_its_promises();
}

/// How far an order has come.
#[derive(PartialEq)]
enum Stage {
    Accepted,
    Reserved,
    Over,
}

/// All tasks of inventory, and the transfers between them.
struct House {
    lanes: Vec<Lane<Inventory>>,
    transfers: BTreeMap<u16, VecDeque<Vec<u8>>>,
    orders: BTreeMap<Key, (u16, Stage)>,
    sent: i64,
}

impl House {
    fn new(partitions: u16) -> House {
        let task = |partition| Task { partition, partitions };
        let service = || Inventory::new(Settings::default());
        let lanes = (0..partitions).map(|n| Lane::new(service(), task(n), APPENDED)).collect();
        House { lanes, transfers: BTreeMap::new(), orders: BTreeMap::new(), sent: 0 }
    }

    fn step(&mut self, sayings: &mut Sayings<'_>) -> Result<()> {
        let partition = self.partition(sayings)?;
        match sayings.one_of(10)? {
            0 | 1 => self.accept(partition, sayings),
            2 => self.confirm(sayings),
            3 | 4 => self.call_off(sayings),
            5 | 6 => self.warehouse(sayings),
            _ => {
                self.transfer(partition);
                Ok(())
            }
        }
    }

    fn partition(&self, sayings: &mut Sayings<'_>) -> Result<u16> {
        Ok(u16::from(sayings.one_of(self.lanes.len() as u8)?))
    }

    fn accept(&mut self, partition: u16, sayings: &mut Sayings<'_>) -> Result<()> {
        let order: Key = format!("o-{}", self.orders.len()).parse().unwrap_or_else(|_| unreachable!("a key"));
        let accepted = sayings.accepted(APPENDED)?;
        self.orders.insert(order, (partition, Stage::Accepted));
        let record = sayings.record(order, &accepted);
        self.tell(partition, &record);
        Ok(())
    }

    /// An order is confirmed only when it holds its stock, and not when it was called off.
    fn confirm(&mut self, sayings: &mut Sayings<'_>) -> Result<()> {
        let Some((order, partition)) = self.one_that(sayings, &[Stage::Reserved])? else { return Ok(()) };
        let record = sayings.record(order, &OrderConfirmed {});
        self.orders.insert(order, (partition, Stage::Over));
        self.tell(partition, &record);
        Ok(())
    }

    fn call_off(&mut self, sayings: &mut Sayings<'_>) -> Result<()> {
        let open = [Stage::Accepted, Stage::Reserved];
        let Some((order, partition)) = self.one_that(sayings, &open)? else { return Ok(()) };
        let fails = sayings.one_of(2)? == 0;
        if fails {
            let failed = sayings.failed()?;
            let record = sayings.record(order, &failed);
            self.tell(partition, &record);
        }
        let cancelled = sayings.cancelled(APPENDED)?;
        let record = sayings.record(order, &cancelled);
        self.orders.insert(order, (partition, Stage::Over));
        self.tell(partition, &record);
        Ok(())
    }

    fn one_that(&self, sayings: &mut Sayings<'_>, stages: &[Stage]) -> Result<Option<(Key, u16)>> {
        let fitting = self.orders.iter().filter(|(_, (_, stage))| stages.contains(stage));
        let fitting: Vec<(Key, u16)> = fitting.map(|(order, (partition, _))| (*order, *partition)).collect();
        if fitting.is_empty() { Ok(None) } else { sayings.bytes.choose(&fitting).copied().map(Some) }
    }

    fn warehouse(&mut self, sayings: &mut Sayings<'_>) -> Result<()> {
        let sku = sayings.key("sku", 3)?;
        let record = match sayings.one_of(8)? {
            0 => {
                let prices = sayings.some(Sayings::money)?;
                let (name, description, category) = (String::new(), String::new(), String::new());
                sayings.record(sku, &ProductListed { name, description, category, prices })
            }
            1 => {
                let prices = sayings.some(Sayings::money)?;
                sayings.record(sku, &PriceChanged { prices })
            }
            2 => sayings.record(sku, &ProductWithdrawn {}),
            3 | 4 => {
                let quantity = sayings.number()?;
                let expected_version = (sayings.one_of(4)? == 0).then_some(1);
                sayings.record(sku, &StockCorrected { quantity, reason: String::new(), expected_version })
            }
            _ => {
                let quantity = sayings.number()?;
                sayings.record(sku, &StockReceived { quantity })
            }
        };
        let home = partition_of(&sku, self.lanes.len() as u16);
        self.tell(home, &record);
        Ok(())
    }

    /// The next transfer to this partition arrives.
    fn transfer(&mut self, to: u16) {
        let Some(value) = self.transfers.get_mut(&to).and_then(VecDeque::pop_front) else { return };
        self.sent += 1;
        let place = Place { topic: Topic::StockTransfers, partition: to, offset: self.sent };
        let record =
            OwnedRecord { place, appended: APPENDED, key: None, value: Some(value), headers: Vec::new() };
        self.tell(to, &record);
    }

    fn tell(&mut self, partition: u16, record: &OwnedRecord) {
        let lane = &mut self.lanes[usize::from(partition)];
        for (subject, fact) in lane.hear(record) {
            if let (InventoryFact::StockReserved(_), Some((_, stage))) =
                (&fact, self.orders.get_mut(&subject))
                && *stage == Stage::Accepted
            {
                *stage = Stage::Reserved;
            }
        }
        for (_, to, value) in lane.copies.drain(..) {
            self.transfers.entry(to).or_default().push_back(value);
        }
    }

    fn keeps_its_promises(&self) {
        let mut history = History::default();
        self.lanes.iter().flat_map(|lane| &lane.log).for_each(|record| history.push(&record.as_record()));
        let verdicts = invariants::check(&history, false);
        for verdict in verdicts.iter().filter(|verdict| ["S1", "S2", "S3"].contains(&verdict.promise)) {
            assert!(verdict.holds(), "{verdict}");
        }
    }
}
