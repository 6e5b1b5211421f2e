//! The names under which OpenTelemetry knows what a span says: its conventions for messaging and CloudEvents.
//!
//! Those for messaging are still in development (1.42): what is renamed is renamed here, and nowhere else.

use opentelemetry::{KeyValue, trace::SpanKind};

use crate::{Operation, Span, Trigger};

const SYSTEM: &str = "messaging.system";
const OPERATION_NAME: &str = "messaging.operation.name";
const OPERATION_TYPE: &str = "messaging.operation.type";
const DESTINATION: &str = "messaging.destination.name";
const PARTITION: &str = "messaging.destination.partition.id";
const GROUP: &str = "messaging.consumer.group.name";
const MESSAGE: &str = "messaging.message.id";
const CONVERSATION: &str = "messaging.message.conversation_id";
const OFFSET: &str = "messaging.kafka.offset";
const EVENT: &str = "cloudevents.event_type";
const ERROR: &str = "error.type";

/// How a service is called on the log.
#[derive(Clone, Debug)]
pub(super) struct Called {
    /// What the names of its topics and its group begin with.
    pub(super) prefix: String,
    /// The service.
    pub(super) service: &'static str,
}

impl Called {
    fn prefixed(&self, name: &str) -> String {
        format!("{}{name}", self.prefix)
    }

    /// A span's name: what is done, and where.
    pub(super) fn name(&self, operation: &Operation) -> String {
        match operation {
            Operation::Send { to, .. } => format!("send {}", self.prefixed(to.topic.name())),
            Operation::Process { trigger: Trigger::Record(place), .. } => {
                format!("process {}", self.prefixed(place.topic.name()))
            }
            Operation::Process { trigger: Trigger::Deadline, .. } => "process deadline".to_owned(),
            Operation::Process { trigger: Trigger::Answer, .. } => "process answer".to_owned(),
        }
    }

    /// What else it says. Never a reason or a value out of an event's data: they may be about a person.
    pub(super) fn attributes(&self, span: &Span) -> Vec<KeyValue> {
        let mut all = vec![KeyValue::new(CONVERSATION, span.subject.to_string())];
        match &span.operation {
            Operation::Send { to, id, event } => {
                let place = self.prefixed(to.topic.name());
                all.extend(message("send", place, to.partition));
                all.extend([KeyValue::new(MESSAGE, id.to_string()), KeyValue::new(EVENT, *event)]);
            }
            Operation::Process { trigger, cause, event, parked } => {
                all.push(KeyValue::new(MESSAGE, cause.to_string()));
                all.extend(event.clone().map(|event| KeyValue::new(EVENT, event)));
                all.extend(self.consumed(*trigger));
                all.extend(parked.then(|| KeyValue::new(ERROR, "parked")));
            }
        }
        all
    }

    fn consumed(&self, trigger: Trigger) -> Vec<KeyValue> {
        let Trigger::Record(place) = trigger else { return Vec::new() };
        let mut all = message("process", self.prefixed(place.topic.name()), place.partition).to_vec();
        all.push(KeyValue::new(OFFSET, place.offset));
        all.push(KeyValue::new(GROUP, self.prefixed(self.service)));
        all
    }
}

fn message(operation: &'static str, topic: String, partition: u16) -> [KeyValue; 5] {
    [
        KeyValue::new(SYSTEM, "kafka"),
        KeyValue::new(OPERATION_NAME, operation),
        KeyValue::new(OPERATION_TYPE, operation),
        KeyValue::new(DESTINATION, topic),
        KeyValue::new(PARTITION, partition.to_string()),
    ]
}

/// What kind of span it is. A deadline and an answer come from nobody's message.
pub(super) fn kind(operation: &Operation) -> SpanKind {
    match operation {
        Operation::Send { .. } => SpanKind::Producer,
        Operation::Process { trigger: Trigger::Record(_), .. } => SpanKind::Consumer,
        Operation::Process { .. } => SpanKind::Internal,
    }
}
