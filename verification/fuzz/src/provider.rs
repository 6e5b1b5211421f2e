//! `provider_answers`: any bytes from the payment provider, on a real connection, through the real client.
//!
//! Whatever comes is a definite answer to what was asked, or none at all. A cancel and a refund are asked for; a capture's
//! answer is read by the same code as a cancel's.

use std::cell::OnceCell;

use choreography::{Service, Task};
use events_schema::{Currency, Key, Money};
use payment::{
    Answer, Payment,
    provider::{Http, Provider},
};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
    runtime::{Builder, Runtime},
};

use crate::{
    frame::{APPENDED, byte},
    lane::Lane,
};

/// The longest words of a provider that are kept.
const REASON_MAX: usize = 300;

/// The first byte says whether a cancel or a refund is asked for; the others are the whole answer, head and body.
pub fn provider_answers(bytes: &[u8]) {
    thread_local!(static WIRE: OnceCell<Wire> = const { OnceCell::new() });
    let mut rest = bytes;
    let verb = byte(&mut rest) % 2;
    let answer = WIRE.with(|wire| wire.get_or_init(Wire::open).asked(verb, rest));
    let Some(answer) = answer else { return };
    let fits = match (verb, &answer) {
        (0, Answer::Captured { .. } | Answer::NeverWill) => true,
        (1, Answer::Refunded { .. }) => true,
        (1, Answer::RefundRefused { reason }) => reason.chars().count() <= REASON_MAX,
        _ => false,
    };
    assert!(fits, "asked {verb}, answered {answer:?}");
    // Payment can write down whatever it was told.
    let mut lane = Lane::new(Payment::default(), Task { partition: 0, partitions: 1 }, APPENDED);
    lane.take(&Payment::answered(order(), answer));
    lane.is_its_fold();
}

fn order() -> Key {
    "o-1".parse().unwrap_or_else(|_| unreachable!("a key"))
}

/// A client, and somebody who plays the provider.
struct Wire {
    runtime: Runtime,
    listener: TcpListener,
    client: Http,
}

impl Wire {
    fn open() -> Wire {
        let built = Builder::new_current_thread().enable_all().build();
        let runtime = built.unwrap_or_else(|error| panic!("no runtime: {error}"));
        let bound = runtime.block_on(TcpListener::bind("127.0.0.1:0"));
        let listener = bound.unwrap_or_else(|error| panic!("no port: {error}"));
        let address = listener.local_addr().unwrap_or_else(|error| panic!("no address: {error}"));
        let client =
            Http::new(&format!("http://{address}")).unwrap_or_else(|error| panic!("no client: {error}"));
        Wire { runtime, listener, client }
    }

    /// What the client makes of these bytes; `None`: no answer.
    fn asked(&self, verb: u8, spoken: &[u8]) -> Option<Answer> {
        let amount = Money::new(1_998, Currency::EUR);
        let asks = async {
            match verb {
                0 => self.client.cancel(order()).await,
                _ => self.client.refund(order(), amount, "ch_1").await,
            }
        };
        self.runtime.block_on(async {
            tokio::select! {
                answered = asks => answered.ok(),
                () = self.speak(spoken) => None,
            }
        })
    }

    /// Answers everybody with these bytes, and hangs up.
    async fn speak(&self, spoken: &[u8]) {
        loop {
            let Ok((mut stream, _)) = self.listener.accept().await else { return };
            hear_out(&mut stream).await;
            // The client may have hung up first.
            let _ = stream.write_all(spoken).await;
            let _ = stream.shutdown().await;
        }
    }
}

/// Reads a request to its end: to hang up before would take back what was said.
async fn hear_out(stream: &mut TcpStream) {
    let mut heard = Vec::new();
    while !is_whole(&heard) {
        if matches!(stream.read_buf(&mut heard).await, Ok(0) | Err(_)) {
            return;
        }
    }
}

fn is_whole(request: &[u8]) -> bool {
    let text = String::from_utf8_lossy(request);
    let Some((head, body)) = text.split_once("\r\n\r\n") else { return false };
    let long = head.lines().find_map(|line| line.strip_prefix("content-length: ")?.parse().ok());
    body.len() >= long.unwrap_or(0)
}
