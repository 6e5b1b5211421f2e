//! Asking a desk in a test: in virtual time, with causes made up.

use std::time::Duration;

use choreography::{Answered, Outside};
use events_schema::{EventId, PaymentMethod};
use payment::{
    Answer, Request,
    provider::{Desk, Provider},
};
use tokio::time::{Instant, sleep};

use super::{eur, key, token};

/// The next answer, waited for in virtual time.
pub async fn next<P: Provider>(desk: &mut Desk<P>, within: Duration) -> Option<Answered<Answer>> {
    let end = Instant::now() + within;
    let step = (within / 500).max(Duration::from_millis(1));
    loop {
        if let Some(answered) = desk.answer() {
            return Some(answered);
        }
        if Instant::now() >= end {
            return None;
        }
        sleep(step).await;
    }
}

pub fn cause(n: u32) -> EventId {
    EventId::from(key(&format!("fact-{n}")))
}

pub fn capture(token_text: &str) -> Request {
    Request::Capture { amount: eur(1998), method: PaymentMethod::Card, token: token(token_text) }
}
