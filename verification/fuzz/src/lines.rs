//! `evidence_lines`: lines of the provider's ledger and of what clients were told, as files hold them.

use invariants::{Answer, Movement};

use crate::bound::bounded;

/// Reads every line as a movement of money and as an answer: what is read is written and read again as itself.
pub fn evidence_lines(bytes: &[u8]) {
    bounded(bytes.len(), || {
        for line in String::from_utf8_lossy(bytes).lines() {
            if let Ok(movement) = Movement::parse(line) {
                assert_eq!(Movement::parse(&json(&movement)), Ok(movement));
            }
            if let Ok(answer) = Answer::parse(line) {
                assert_eq!(Answer::parse(&json(&answer)), Ok(answer));
                assert_eq!(answer.place().offset, answer.offset);
            }
        }
    });
}

fn json<T: serde::Serialize>(value: &T) -> String {
    serde_json::to_string(value).unwrap_or_else(|error| panic!("what was read is not written: {error}"))
}
