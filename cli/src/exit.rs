//! How the command ends when it does not end well: one line for people, one code for scripts.

use rdkafka::error::{KafkaError, RDKafkaErrorCode};

/// Why a command ends early. What it prints is one line: what, where, and the remedy.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum Failure {
    /// Our fault: a line to report.
    #[error("{0}")]
    Ours(String),
    /// The command was called wrongly.
    #[error("{0}")]
    Usage(String),
    /// `--wait`: an order was rejected.
    #[error("{0}")]
    Rejected(String),
    /// `--wait`: an order was cancelled.
    #[error("{0}")]
    Cancelled(String),
    /// `--wait`: an order did not end in time.
    #[error("{0}")]
    NotEnded(String),
    /// `audit`, `demo`: a promise is broken. `reconcile`: ledger and log differ.
    #[error("{0}")]
    Broken(String),
    /// A repair that the order does not need.
    #[error("{0}")]
    Needless(String),
    /// Events or schemas that were looked at are wrong.
    #[error("{0}")]
    Wrong(String),
    /// There is no such order, product, parked record, event or file.
    #[error("{0}")]
    NotFound(String),
    /// No broker answers.
    #[error("{0}")]
    Unreachable(String),
    /// The configuration or the topics are wrong.
    #[error("{0}")]
    Layout(String),
    /// The person pressed Ctrl-C.
    #[error("interrupted")]
    Interrupted,
    /// The reader of our output has gone (`| head`): nothing is wrong.
    #[error("")]
    PipeClosed,
}

/// What the codes mean, for `--help`.
pub const CODES: &str = "Exit codes:
  0    done; with --wait: completed
  1    our fault, with a line to report
  2    usage
  3    --wait: rejected
  4    --wait: cancelled
  5    --wait: not ended within --timeout; audit: not settled within --settle-within; parked: an edit not taken
  6    audit, demo: a promise is broken; reconcile: ledger and log differ
  7    refund, release, expire: the order does not need it
  65   schemas, parked: an event is wrong; schemas: a change breaks a reader, a registry refuses
  66   no such order, product, parked record, event or file
  69   broker unreachable
  78   configuration or topic layout wrong
  130  interrupted";

/// Each code, and what it means.
pub fn codes() -> impl Iterator<Item = (&'static str, &'static str)> {
    CODES
        .lines()
        .skip(1)
        .filter_map(|line| line.trim().split_once(' '))
        .map(|(code, text)| (code, text.trim()))
}

/// The codes one command can end with. A meaning that begins with names of commands, or with `--wait`, and a colon is
/// theirs alone.
pub fn codes_of(command: &str, waits: bool) -> Vec<(&'static str, String)> {
    let concerns = |clause: &&str| match clause.split_once(": ") {
        Some((who, _)) if who.ends_with("--wait") => waits,
        Some((who, _)) => who.split(", ").any(|name| name == command),
        None => true,
    };
    let of = |text: &str| text.split("; ").filter(concerns).collect::<Vec<_>>().join("; ");
    codes().map(|(code, text)| (code, of(text))).filter(|(_, text)| !text.is_empty()).collect()
}

impl Failure {
    /// The exit code of this ending.
    pub fn code(&self) -> u8 {
        match self {
            Failure::PipeClosed => 0,
            Failure::Ours(_) => 1,
            Failure::Usage(_) => 2,
            Failure::Rejected(_) => 3,
            Failure::Cancelled(_) => 4,
            Failure::NotEnded(_) => 5,
            Failure::Broken(_) => 6,
            Failure::Needless(_) => 7,
            Failure::Wrong(_) => 65,
            Failure::NotFound(_) => 66,
            Failure::Unreachable(_) => 69,
            Failure::Layout(_) => 78,
            Failure::Interrupted => 130,
        }
    }

    /// A client's error while doing `what`.
    pub fn of_client(what: &str, error: &KafkaError) -> Failure {
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
            Some(
                Code::BrokerTransportFailure
                | Code::AllBrokersDown
                | Code::Resolve
                | Code::OperationTimedOut
                | Code::MessageTimedOut
                | Code::RequestTimedOut,
            ) => Failure::Unreachable(format!("{line}; look closer: orderctl doctor")),
            _ => Failure::Ours(line),
        }
    }
}

impl From<choreography::Fatal> for Failure {
    fn from(fatal: choreography::Fatal) -> Failure {
        use choreography::Fatal;
        let line = fatal.to_string();
        match fatal {
            Fatal::Unreachable(_) => Failure::Unreachable(line),
            Fatal::Misconfigured(_) => Failure::Layout(line),
            Fatal::Fenced(_) | Fatal::Lost(_) | Fatal::Gone { .. } | Fatal::Client(_) => Failure::Ours(line),
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_closed_pipe_is_no_failure() {
        let closed = std::io::Error::from(std::io::ErrorKind::BrokenPipe);
        assert_eq!(Failure::from(closed).code(), 0);
    }

    #[test]
    fn a_command_has_the_codes_of_all_and_its_own() {
        let of = |command, waits| {
            let codes = codes_of(command, waits);
            codes
                .into_iter()
                .filter(|(code, _)| ["0", "5"].contains(code))
                .map(|(_, text)| text)
                .collect::<Vec<_>>()
        };
        assert_eq!(of("list", false), ["done"]);
        assert_eq!(of("audit", false), ["done", "audit: not settled within --settle-within"]);
        let waited = ["done; with --wait: completed", "--wait: not ended within --timeout"];
        assert_eq!(of("place", true), waited);
    }

    #[test]
    fn a_broker_that_went_away_is_told_from_our_own_fault() {
        let gone = KafkaError::MetadataFetch(RDKafkaErrorCode::BrokerTransportFailure);
        let odd = KafkaError::MetadataFetch(RDKafkaErrorCode::InvalidArgument);
        let codes = [&gone, &odd].map(|error| Failure::of_client("reading", error).code());
        assert_eq!(codes, [69, 1]);
    }
}
