//! What is wrong with a record that cannot be read.

/// Why a record, or a value in it, cannot be read. The text is for the person who wrote it, and stands as the reason
/// in `EventParked`: for ever, so it never repeats more of the input than helps, and no number as long as a card's.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct Malformed(String);

impl Malformed {
    /// The longest reason kept, in characters: a reason travels in a fact and must not carry the whole of the garbage.
    const MAX: usize = 300;

    /// Card numbers have 12 to 19 digits.
    const DIGITS: usize = 12;

    /// A reason, cut to a readable length and with long numbers masked.
    pub fn new(reason: impl Into<String>) -> Malformed {
        let reason: String = reason.into();
        let end = reason.char_indices().nth(Malformed::MAX).map(|(end, _)| end);
        let mut text = without_long_numbers(&reason[..end.unwrap_or(reason.len())]);
        if end.is_some() {
            text.push('…');
        }
        Malformed(text)
    }
}

fn without_long_numbers(text: &str) -> String {
    let mut kept = String::with_capacity(text.len());
    let mut digits = String::new();
    let flush = |kept: &mut String, digits: &mut String| {
        kept.push_str(if digits.len() < Malformed::DIGITS { digits } else { "***" });
        digits.clear();
    };
    for c in text.chars() {
        if c.is_ascii_digit() {
            digits.push(c);
        } else {
            flush(&mut kept, &mut digits);
            kept.push(c);
        }
    }
    flush(&mut kept, &mut digits);
    kept
}

impl From<serde_json::Error> for Malformed {
    fn from(error: serde_json::Error) -> Malformed {
        Malformed::new(crate::json::words(&error))
    }
}
