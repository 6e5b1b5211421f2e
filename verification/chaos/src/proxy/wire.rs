//! As much of Kafka's framing as the proxy needs: a length, then of a request its API, its number on the connection
//! and, for calls about transactions, whose they are.

use tokio::io::{AsyncRead, AsyncReadExt};

/// InitProducerId.
pub const INIT_PRODUCER_ID: i16 = 22;
/// AddPartitionsToTxn: the first call of a transaction.
pub const ADD_PARTITIONS: i16 = 24;
/// EndTxn.
pub const END_TXN: i16 = 26;

/// The longest frame that is believed, in bytes.
const LONGEST: usize = 128 << 20;

/// One frame with its length in front.
pub type Frame = Vec<u8>;

/// Reads one frame; `None` at the end of the stream, or when it is torn.
pub async fn read(from: &mut (impl AsyncRead + Unpin)) -> Option<Frame> {
    let mut length = [0; 4];
    from.read_exact(&mut length).await.ok()?;
    let size = usize::try_from(i32::from_be_bytes(length)).ok().filter(|size| *size <= LONGEST)?;
    let mut frame = Vec::with_capacity(4 + size);
    frame.extend_from_slice(&length);
    frame.resize(4 + size, 0);
    from.read_exact(&mut frame[4..]).await.ok()?;
    Some(frame)
}

/// What a request is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Request {
    /// Which call.
    pub api: i16,
    /// Its number on this connection; the answer carries it, too.
    pub number: i32,
    /// The transactional id, of the three calls above.
    pub transactional: Option<String>,
}

/// Reads a request's beginning.
pub fn request(frame: &[u8]) -> Option<Request> {
    let api = i16::from_be_bytes(frame.get(4..6)?.try_into().ok()?);
    let version = i16::from_be_bytes(frame.get(6..8)?.try_into().ok()?);
    let number = i32::from_be_bytes(frame.get(8..12)?.try_into().ok()?);
    let client = i16::from_be_bytes(frame.get(12..14)?.try_into().ok()?);
    let body = frame.get(14 + usize::try_from(client.max(0)).ok()?..)?;
    let transactional = match (api, version) {
        // Before the flexible versions a string has a length of two bytes; librdkafka uses those but for this one.
        (INIT_PRODUCER_ID, 2..) => compact(body.get(1..)?),
        (INIT_PRODUCER_ID, _) => plain(body),
        (ADD_PARTITIONS | END_TXN, 0..=2) => plain(body),
        _ => None,
    };
    Some(Request { api, number, transactional })
}

fn plain(body: &[u8]) -> Option<String> {
    let length = i16::from_be_bytes(body.get(..2)?.try_into().ok()?);
    text(body.get(2..2 + usize::try_from(length).ok()?)?)
}

fn compact(body: &[u8]) -> Option<String> {
    let length = usize::from(*body.first()?);
    text(body.get(1..length)?)
}

fn text(bytes: &[u8]) -> Option<String> {
    String::from_utf8(bytes.to_vec()).ok()
}

/// The number of the request that an answer is for.
pub fn answer(frame: &[u8]) -> Option<i32> {
    Some(i32::from_be_bytes(frame.get(4..8)?.try_into().ok()?))
}

/// What an answer to EndTxn, before the flexible versions, says: 0 is well.
pub fn end_txn_error(frame: &[u8]) -> Option<i16> {
    Some(i16::from_be_bytes(frame.get(12..14)?.try_into().ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn frame(api: i16, version: i16, body: &[u8]) -> Frame {
        let mut frame = vec![0; 4];
        frame.extend(api.to_be_bytes());
        frame.extend(version.to_be_bytes());
        frame.extend(77_i32.to_be_bytes());
        frame.extend([0, 6]);
        frame.extend(b"orders");
        frame.extend(body);
        frame
    }

    #[test]
    fn a_call_about_a_transaction_tells_whose_it_is() {
        let read = request(&frame(END_TXN, 1, b"\x00\x09order-0-0\x00\x00")).unwrap();
        assert_eq!(read, Request { api: END_TXN, number: 77, transactional: Some("order-0-0".into()) });
        let read = request(&frame(INIT_PRODUCER_ID, 4, b"\x00\x0aorder-0-0\x00\x00")).unwrap();
        assert_eq!(read.transactional.as_deref(), Some("order-0-0"));
    }

    #[test]
    fn what_is_torn_or_of_no_interest_is_let_be() {
        assert_eq!(request(&[0; 9]), None);
        assert_eq!(request(&frame(1, 11, b"")).unwrap().transactional, None);
        assert_eq!(request(&frame(END_TXN, 1, b"\x7f\xff")).unwrap().transactional, None);
        assert_eq!(answer(&[0, 0, 0, 4, 0, 0, 0, 9]), Some(9));
    }

    #[tokio::test]
    async fn frames_are_read_whole_or_not_at_all() {
        let mut stream: &[u8] = &[0, 0, 0, 2, 5, 6, 0, 0, 0, 3, 1];
        assert_eq!(read(&mut stream).await, Some(vec![0, 0, 0, 2, 5, 6]));
        assert_eq!(read(&mut stream).await, None);
    }
}
