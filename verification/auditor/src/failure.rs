//! How an audit ends that could not be made: one line for people, one code for scripts.

use rdkafka::{error::KafkaError, types::RDKafkaErrorCode};

/// Why there is no verdict.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum Failure {
    /// Something was called wrongly, or a file that was named cannot be read.
    #[error("{0}")]
    Usage(String),
    /// No broker answers.
    #[error("{0}")]
    Unreachable(String),
    /// Our fault: a line to report.
    #[error("{0}")]
    Ours(String),
    /// The configuration or the topics are wrong.
    #[error("{0}")]
    Layout(String),
    /// Somebody asked us to stop before there was a verdict.
    #[error("interrupted")]
    Interrupted,
    /// The reader of our output has gone (`| head`).
    #[error("")]
    PipeClosed,
}

/// What the codes mean, for `--help`.
pub const CODES: &str = "Exit codes:
  0    every promise that could be judged holds
  1    a promise is broken
  2    usage, or a ledger or file of answers that cannot be read
  5    not settled within --settle-within; no promise is broken so far
  69   broker unreachable
  70   our fault, with a line to report
  78   configuration or topic layout wrong
  130  interrupted before there was a verdict";

impl Failure {
    /// The exit code of this ending.
    pub fn code(&self) -> u8 {
        match self {
            Failure::PipeClosed => 0,
            Failure::Usage(_) => 2,
            Failure::Unreachable(_) => 69,
            Failure::Ours(_) => 70,
            Failure::Layout(_) => 78,
            Failure::Interrupted => 130,
        }
    }

    /// A client's error while doing `what`.
    pub(crate) fn of_client(what: &str, error: &KafkaError) -> Failure {
        use RDKafkaErrorCode as Code;
        let line = format!("{what}: {error}");
        match error.rdkafka_error_code() {
            Some(Code::UnknownTopicOrPartition | Code::UnknownTopic | Code::UnknownPartition) => {
                Failure::Layout(format!("{line}; create all topics: orderctl init"))
            }
            Some(
                Code::TopicAuthorizationFailed
                | Code::GroupAuthorizationFailed
                | Code::ClusterAuthorizationFailed,
            ) => Failure::Layout(format!("{line}; the broker's access rules do not allow it")),
            // Not the end of one who follows: the new password may stand in its file in a moment.
            Some(Code::Authentication) => {
                Failure::Unreachable(format!("{line}; the broker does not let us in"))
            }
            Some(
                Code::BrokerTransportFailure
                | Code::AllBrokersDown
                | Code::Resolve
                | Code::OperationTimedOut
                | Code::RequestTimedOut,
            ) => Failure::Unreachable(line),
            _ => Failure::Ours(line),
        }
    }
}

impl From<std::io::Error> for Failure {
    fn from(error: std::io::Error) -> Failure {
        match error.kind() {
            std::io::ErrorKind::BrokenPipe => Failure::PipeClosed,
            _ => Failure::Ours(format!("writing the output: {error}")),
        }
    }
}

impl From<serde_json::Error> for Failure {
    fn from(error: serde_json::Error) -> Failure {
        match error.io_error_kind() {
            Some(std::io::ErrorKind::BrokenPipe) => Failure::PipeClosed,
            _ => Failure::Ours(format!("writing JSON: {error}")),
        }
    }
}
