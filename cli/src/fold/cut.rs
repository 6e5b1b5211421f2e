//! A cut through the log: what had been said by some moment. There is no order between partitions but that of time.

use events_schema::{Place, Record, Timestamp, Topic, open};

/// What is on the past's side.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Cut {
    /// What was decided by this time, ...
    pub at: Timestamp,
    /// ... and on the partition of this record everything up to it, whatever its time.
    pub place: Option<Place>,
}

impl Cut {
    /// Whether a record is on the past's side.
    pub fn keeps(&self, record: &Record<'_>) -> bool {
        match self.place {
            Some(place) if (place.topic, place.partition) == (record.place.topic, record.place.partition) => {
                record.place.offset <= place.offset
            }
            _ => time_of(record) <= self.at,
        }
    }
}

/// When it was decided, or else appended.
pub fn time_of(record: &Record<'_>) -> Timestamp {
    open(record).map_or(record.appended, |opened| opened.time)
}

/// Reads a place as it is printed: `payments-3@17`.
pub fn place(text: &str) -> Result<Place, String> {
    let wrong =
        || format!("{text:?} is no place of a record; give TOPIC-PARTITION@OFFSET, like payments-3@17");
    let (shard, offset) = text.rsplit_once('@').ok_or_else(wrong)?;
    let (topic, partition) = shard.rsplit_once('-').ok_or_else(wrong)?;
    Ok(Place {
        topic: Topic::from_name(topic).ok_or_else(wrong)?,
        partition: partition.parse().map_err(|_| wrong())?,
        offset: offset.parse().map_err(|_| wrong())?,
    })
}

#[cfg(test)]
mod tests {
    use events_schema::OwnedRecord;

    use super::*;

    fn record(topic: Topic, offset: i64, time: i64) -> OwnedRecord {
        let place = Place { topic, partition: 3, offset };
        OwnedRecord { place, appended: Timestamp(time), key: None, value: None, headers: Vec::new() }
    }

    #[test]
    fn a_place_reads_as_it_is_printed() {
        let printed = Place { topic: Topic::OrderParked, partition: 3, offset: 17 };
        assert_eq!(place(&printed.to_string()), Ok(printed));
        assert!(place("payments").unwrap_err().contains("like payments-3@17"));
        assert!(place("cupboard-3@1").is_err() && place("orders-x@1").is_err());
    }

    #[test]
    fn its_own_partition_is_cut_by_offset_and_the_others_by_time() {
        let at = record(Topic::Payments, 17, 100);
        let cut = Cut { at: Timestamp(100), place: Some(at.place) };
        let kept = |topic, offset, time| cut.keeps(&record(topic, offset, time).as_record());
        assert!(kept(Topic::Payments, 16, 200) && !kept(Topic::Payments, 18, 50));
        assert!(kept(Topic::Orders, 99, 100) && !kept(Topic::Orders, 1, 101));
    }
}
