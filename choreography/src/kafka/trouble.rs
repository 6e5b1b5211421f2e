//! What an error of a transaction call obliges us to.

use rdkafka::error::{KafkaError, RDKafkaErrorCode};

/// An error of a transaction call, with what the client says about it.
#[derive(Debug, Clone)]
pub(super) struct Trouble {
    pub(super) code: RDKafkaErrorCode,
    pub(super) text: String,
    pub(super) fatal: bool,
    pub(super) retriable: bool,
    pub(super) abort: bool,
}

/// What to do about it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Verdict {
    /// Call the same function again.
    Again,
    /// Abort the transaction.
    Abort,
    /// Somebody else has our identity, or the broker gave us up.
    Fenced,
    /// This client instance is of no use any more.
    Broken,
}

impl Trouble {
    pub(super) fn verdict(&self) -> Verdict {
        use RDKafkaErrorCode::{Fenced, InvalidProducerEpoch, ProducerFenced};
        match self {
            _ if self.fatal && matches!(self.code, Fenced | ProducerFenced | InvalidProducerEpoch) => {
                Verdict::Fenced
            }
            _ if self.fatal => Verdict::Broken,
            _ if self.retriable => Verdict::Again,
            _ if self.abort => Verdict::Abort,
            _ => Verdict::Broken,
        }
    }
}

impl From<KafkaError> for Trouble {
    fn from(error: KafkaError) -> Trouble {
        let text = error.to_string();
        match error {
            KafkaError::Transaction(error) => Trouble {
                code: error.code(),
                text,
                fatal: error.is_fatal(),
                retriable: error.is_retriable(),
                abort: error.txn_requires_abort(),
            },
            other => {
                let code = other.rdkafka_error_code().unwrap_or(RDKafkaErrorCode::Fail);
                Trouble { code, text, fatal: false, retriable: false, abort: false }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn trouble(code: RDKafkaErrorCode, fatal: bool, retriable: bool, abort: bool) -> Trouble {
        Trouble { code, text: String::new(), fatal, retriable, abort }
    }

    #[test]
    fn an_error_that_is_nothing_in_particular_breaks_the_client() {
        use RDKafkaErrorCode::{Fenced, IllegalGeneration, InvalidTransactionalState, OperationTimedOut};
        assert_eq!(trouble(Fenced, true, false, false).verdict(), Verdict::Fenced);
        assert_eq!(trouble(InvalidTransactionalState, true, false, true).verdict(), Verdict::Broken);
        assert_eq!(trouble(OperationTimedOut, false, true, false).verdict(), Verdict::Again);
        assert_eq!(trouble(IllegalGeneration, false, false, true).verdict(), Verdict::Abort);
        assert_eq!(trouble(IllegalGeneration, false, false, false).verdict(), Verdict::Broken);
    }
}
