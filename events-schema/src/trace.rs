//! `TraceParent`: where in which trace an event was said. Its ids are derived, like those of events: none is drawn.

use std::fmt;

use sha1::{Digest, Sha1};

use crate::{EventId, Key, Topic};

const TRACE: std::ops::Range<usize> = 3..35;
const SPAN: std::ops::Range<usize> = 36..52;

/// A W3C `traceparent`. It explains an event and decides nothing.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct TraceParent([u8; TraceParent::LENGTH]);

impl TraceParent {
    /// How many characters one has.
    pub const LENGTH: usize = 55;

    /// Reads one; anything that is not 55 bytes of lower-case hex and dashes is no trace, and no error.
    pub fn from_bytes(bytes: &[u8]) -> Option<TraceParent> {
        let text: [u8; TraceParent::LENGTH] = bytes.try_into().ok()?;
        let well_formed = text.iter().enumerate().all(|(at, b)| match at {
            2 | 35 | 52 => *b == b'-',
            _ => b.is_ascii_digit() || (b'a'..=b'f').contains(b),
        });
        well_formed.then_some(TraceParent(text))
    }

    /// The trace of an outsider's record that brought none. An order's is made from its id, so that its placement, a
    /// second one and a cancellation find the same; any other's from the event and what it is about. The span is
    /// nobody's yet: [`child`](TraceParent::child) makes one.
    pub fn beginning(topic: Topic, event: EventId, subject: Key) -> TraceParent {
        let mut text = *b"00-00000000000000000000000000000000-0000000000000000-01";
        let name = match topic {
            Topic::Checkout => format!("order/{subject}"),
            _ => format!("{topic}/{event}/{subject}"),
        };
        write_hex(&mut text[TRACE], Sha1::new().chain_update(name));
        TraceParent(text)
    }

    /// A recorded span of the same trace, by a name that no other span of it has.
    pub fn child(&self, name: fmt::Arguments<'_>) -> TraceParent {
        let mut digest = Naming(Sha1::new().chain_update(self.0));
        // The digest takes whatever is written; names, numbers and ids cannot fail to be formatted.
        let _ = fmt::Write::write_fmt(&mut digest, name);
        let mut text = self.0;
        text[..2].copy_from_slice(b"00");
        write_hex(&mut text[SPAN], digest.0);
        // The lowest bit says that it is recorded.
        text[54] = HEX[usize::from(nibble(text[54]) | 1)];
        TraceParent(text)
    }

    /// Whether the standard lets it be continued: its ids are not zero, its version is not the one that never is.
    pub fn is_valid(&self) -> bool {
        let zero = |range: std::ops::Range<usize>| self.0[range].iter().all(|b| *b == b'0');
        !zero(TRACE) && !zero(SPAN) && !self.0.starts_with(b"ff")
    }

    /// Whether the span it names is recorded.
    pub fn is_sampled(&self) -> bool {
        nibble(self.0[54]) & 1 == 1
    }

    /// The header's text.
    pub fn as_str(&self) -> &str {
        std::str::from_utf8(&self.0).unwrap_or_default()
    }

    /// The trace's id, in hex.
    pub fn trace_id(&self) -> &str {
        &self.as_str()[TRACE]
    }

    /// The span's id, in hex.
    pub fn span_id(&self) -> &str {
        &self.as_str()[SPAN]
    }
}

impl fmt::Debug for TraceParent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

const HEX: &[u8; 16] = b"0123456789abcdef";

fn nibble(hex: u8) -> u8 {
    if hex.is_ascii_digit() { hex - b'0' } else { hex - b'a' + 10 }
}

/// As many hex digits of the digest as there is room for.
fn write_hex(to: &mut [u8], digest: Sha1) {
    let bytes = digest.finalize();
    for (pair, byte) in to.chunks_exact_mut(2).zip(bytes) {
        pair.copy_from_slice(&[HEX[usize::from(byte >> 4)], HEX[usize::from(byte & 15)]]);
    }
}

struct Naming(Sha1);

impl fmt::Write for Naming {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        self.0.update(text.as_bytes());
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(text: &str) -> Key {
        text.parse().unwrap()
    }

    #[test]
    fn whatever_is_asked_of_an_order_begins_the_same_trace() {
        let begun = |topic, event: &str, subject: &str| {
            TraceParent::beginning(topic, key(event).into(), key(subject))
        };
        let placed = begun(Topic::Checkout, "placed-1", "order-1");
        assert_eq!(placed, begun(Topic::Checkout, "cancelled-1", "order-1"));
        assert_ne!(placed.trace_id(), begun(Topic::Checkout, "placed-1", "order-2").trace_id());
        assert_ne!(placed.trace_id(), begun(Topic::Operations, "placed-1", "order-1").trace_id());
        let (first, second) =
            (begun(Topic::Warehouse, "in-1", "mug"), begun(Topic::Warehouse, "in-2", "mug"));
        assert_ne!(first.trace_id(), second.trace_id());
        assert_eq!(TraceParent::from_bytes(placed.as_str().as_bytes()), Some(placed));
    }

    #[test]
    fn a_child_keeps_trace_and_flags_and_is_recorded() {
        let text = b"01-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-02";
        let parent = TraceParent::from_bytes(text).unwrap();
        let (child, other) = (parent.child(format_args!("send/1")), parent.child(format_args!("send/2")));
        assert_eq!(child.trace_id(), parent.trace_id());
        assert!(child.span_id() != parent.span_id() && child.span_id() != other.span_id());
        assert!(child.as_str().starts_with("00-") && child.as_str().ends_with("-03"));
        assert!(!parent.is_sampled() && child.is_sampled());
    }

    #[test]
    fn a_trace_of_zeros_or_of_no_version_is_not_continued() {
        let is_valid = |text: &str| TraceParent::from_bytes(text.as_bytes()).unwrap().is_valid();
        assert!(is_valid("00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"));
        assert!(!is_valid("00-00000000000000000000000000000000-b7ad6b7169203331-01"));
        assert!(!is_valid("00-0af7651916cd43dd8448eb211c80319c-0000000000000000-01"));
        assert!(!is_valid("ff-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"));
    }
}
