//! Topics by the names they have on the broker.

use std::ffi::{CStr, CString};

use events_schema::Topic;
use rdkafka::{Offset, TopicPartitionList};

use crate::{Fatal, Input, Position};

/// The names on the broker, made once.
pub(super) struct Names(Vec<(Topic, String, CString)>);

impl Names {
    pub(super) fn new(prefix: &str) -> Result<Names, Fatal> {
        let named = |topic: Topic| {
            let name = format!("{prefix}{topic}");
            let native = CString::new(name.clone()).map_err(|_| {
                Fatal::Misconfigured(format!("the prefix {prefix:?} has a NUL character in it"))
            })?;
            Ok((topic, name, native))
        };
        Topic::ALL.into_iter().map(named).collect::<Result<_, Fatal>>().map(Names)
    }

    /// The topic's name on the broker.
    pub(super) fn of(&self, topic: Topic) -> &str {
        let at = self.0.iter().find(|(known, ..)| *known == topic);
        &at.unwrap_or_else(|| unreachable!("every topic of the contract is in the list")).1
    }

    /// The topic that has this name on the broker.
    pub(super) fn topic(&self, native: &CStr) -> Option<Topic> {
        self.0.iter().find(|(_, _, name)| name.as_c_str() == native).map(|(topic, ..)| *topic)
    }

    /// `orders-3`, with prefix.
    pub(super) fn log(&self, input: Input) -> String {
        format!("{}-{}", self.of(input.topic), input.partition)
    }

    /// These partitions, for the client.
    pub(super) fn inputs<'a>(&self, inputs: impl IntoIterator<Item = &'a Input>) -> TopicPartitionList {
        let mut list = TopicPartitionList::new();
        for input in inputs {
            list.add_partition(self.of(input.topic), i32::from(input.partition));
        }
        list
    }

    /// These positions, for the client.
    pub(super) fn positions(&self, positions: &[Position]) -> Result<TopicPartitionList, Fatal> {
        let mut list = TopicPartitionList::with_capacity(positions.len());
        for Position { input, next } in positions {
            list.add_partition_offset(
                self.of(input.topic),
                i32::from(input.partition),
                Offset::Offset(*next),
            )
            .map_err(|error| Fatal::Client(format!("{} at {next}: {error}", self.log(*input))))?;
        }
        Ok(list)
    }
}
