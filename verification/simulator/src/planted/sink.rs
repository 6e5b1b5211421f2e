//! `Writer`: the sink of a process, misused if a mistake is planted there.

use choreography::{
    Failed, Fatal, Input, Outgoing, Position, Receipt, Sink,
    memory::{MemoryLog, MemorySink},
};
use events_schema::{Timestamp, Topic, partition_of};

use super::{Control, Mistake, lacks, makes};
use crate::{mishaps::Mishaps, plan::key};

/// A sink whose owner may misuse it.
pub(crate) struct Writer {
    sink: MemorySink,
    log: MemoryLog,
    group: &'static str,
    mishaps: Mishaps,
    /// What is written only after the positions.
    held: Vec<Held>,
}

struct Held {
    to: Input,
    time: Timestamp,
    key: Option<Vec<u8>>,
    value: Option<Vec<u8>>,
    headers: Vec<(String, Vec<u8>)>,
}

impl Writer {
    pub(crate) fn new(sink: MemorySink, log: MemoryLog, group: &'static str, mishaps: Mishaps) -> Writer {
        Writer { sink, log, group, mishaps, held: Vec::new() }
    }

    /// Commits the positions, and then what was said.
    fn commit_positions_first(&mut self, positions: &[Position]) -> Result<Receipt, Failed> {
        let held = std::mem::take(&mut self.held);
        self.sink.commit(positions)?;
        self.mishaps.survives()?;
        for Held { to, time, key, value, headers } in &held {
            let headers: Vec<(&str, &[u8])> =
                headers.iter().map(|(name, value)| (name.as_str(), value.as_slice())).collect();
            let (key, value) = (key.as_deref(), value.as_deref());
            self.sink.append(Outgoing { to: *to, time: *time, key, value, headers: &headers })?;
        }
        self.sink.commit(&[])
    }
}

impl Sink for Writer {
    fn init(&mut self) -> Result<(), Fatal> {
        self.sink.init()
    }

    fn append(&mut self, out: Outgoing<'_>) -> Result<(), Failed> {
        let unrecorded = out.to.topic == Topic::Inventory && says(&out, b"\"StockTakenBack\"");
        if makes(Mistake::TransferNotRecorded) && unrecorded {
            return Ok(());
        }
        let customer = key("ada");
        if makes(Mistake::KeyOfWrongId) && out.to.topic == Topic::Orders && says(&out, customer.as_bytes()) {
            let to = Input { partition: partition_of(&customer, self.log.partitions()), ..out.to };
            return self.sink.append(Outgoing { to, key: Some(customer.as_bytes()), ..out });
        }
        if makes(Mistake::OffsetsBeforeOutput) {
            let headers = out.headers.iter().map(|(name, value)| ((*name).to_owned(), value.to_vec()));
            let (key, value) = (out.key.map(<[u8]>::to_vec), out.value.map(<[u8]>::to_vec));
            self.held.push(Held { to: out.to, time: out.time, key, value, headers: headers.collect() });
            return Ok(());
        }
        self.sink.append(out)
    }

    fn commit(&mut self, positions: &[Position]) -> Result<Receipt, Failed> {
        if makes(Mistake::OffsetsBeforeOutput) {
            return self.commit_positions_first(positions);
        }
        if makes(Mistake::OffsetsOutsideTransaction) {
            let outcome = self.sink.commit(&[]);
            self.log.store_positions(self.group, positions);
            return outcome;
        }
        if lacks(Control::OffsetsAfterOutput) {
            let receipt = self.sink.commit(&[])?;
            self.mishaps.survives()?;
            self.log.store_positions(self.group, positions);
            return Ok(receipt);
        }
        self.sink.commit(positions)
    }

    fn abort(&mut self) -> Result<(), Failed> {
        self.held.clear();
        self.mishaps.abort();
        self.sink.abort()
    }
}

fn says(out: &Outgoing<'_>, text: &[u8]) -> bool {
    out.value.is_some_and(|value| value.windows(text.len()).any(|window| window == text))
}
