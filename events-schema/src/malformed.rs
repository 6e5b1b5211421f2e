//! What is wrong with a record that cannot be read.

/// Why a record, or a value in it, cannot be read. The text is for the person who wrote it, and stands as the reason
/// in `EventParked`.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct Malformed(String);

impl Malformed {
    /// The longest reason kept, in characters: a reason travels in a fact and must not carry the whole of the garbage.
    const MAX: usize = 300;

    /// A reason, cut to a readable length.
    pub fn new(reason: impl Into<String>) -> Malformed {
        let reason: String = reason.into();
        match reason.char_indices().nth(Malformed::MAX) {
            Some((end, _)) => Malformed(format!("{}…", &reason[..end])),
            None => Malformed(reason),
        }
    }
}

impl From<serde_json::Error> for Malformed {
    fn from(error: serde_json::Error) -> Malformed {
        Malformed::new(error.to_string())
    }
}
