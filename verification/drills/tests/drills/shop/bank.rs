//! A payment provider outside the shop, with a ledger of its own: what really happened to the money, whoever was killed.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex},
};

use axum::{Json, Router, extract::State, http::StatusCode, routing::post};
use events_schema::Key;
use invariants::Fate;
use serde_json::{Value, json};

/// One order's account, by idempotency key.
#[derive(Clone, Debug, Default)]
struct Account {
    charged: Option<Value>,
    refunded: bool,
    cancelled: bool,
    asked: u32,
}

type Ledger = Arc<Mutex<BTreeMap<String, Account>>>;
type Reply = (StatusCode, Json<Value>);

/// A provider on a port of this machine.
pub struct Bank {
    ledger: Ledger,
    url: String,
}

impl Bank {
    /// Opens it; it serves until the tests end.
    pub fn open() -> Bank {
        let ledger = Ledger::default();
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        listener.set_nonblocking(true).unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let routes = Router::new()
            .route("/captures", post(capture))
            .route("/cancels", post(cancel))
            .route("/refunds", post(refund))
            .with_state(ledger.clone());
        std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
            runtime.block_on(async {
                let listener = tokio::net::TcpListener::from_std(listener).unwrap();
                axum::serve(listener, routes).await.unwrap();
            });
        });
        Bank { ledger, url }
    }

    /// Its address.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Whether the shop has the money of the orders it completed, and no other.
    pub fn audit(&self, fates: &BTreeMap<Key, Fate>) -> Result<(), String> {
        let ledger = self.ledger.lock().unwrap();
        for (order, fate) in fates {
            let account = ledger.get(order.as_str()).cloned().unwrap_or_default();
            let kept = account.charged.is_some() && !account.refunded;
            if kept != (*fate == Fate::Completed) {
                return Err(format!("{order} is {fate:?}, the bank has {account:?}"));
            }
        }
        match ledger.keys().find(|order| fates.keys().all(|known| known.as_str() != *order)) {
            Some(stranger) => Err(format!("the bank was asked about {stranger}, which nobody placed")),
            None => Ok(()),
        }
    }

    /// How many charges and refunds there were.
    pub fn movements(&self) -> (usize, usize) {
        let ledger = self.ledger.lock().unwrap();
        let count = |of: fn(&Account) -> bool| ledger.values().filter(|account| of(account)).count();
        (count(|account| account.charged.is_some()), count(|account| account.refunded))
    }
}

/// Charges once per order. `tok_timeout` is charged, but the first question gets no answer.
async fn capture(State(ledger): State<Ledger>, Json(body): Json<Value>) -> Reply {
    let mut ledger = ledger.lock().unwrap();
    let account = account(&mut ledger, &body);
    account.asked += 1;
    if let reason @ ("tok_declined" | "tok_insufficient_funds") = body["token"].as_str().unwrap() {
        let reason = reason.trim_start_matches("tok_");
        return (StatusCode::PAYMENT_REQUIRED, Json(json!({ "status": "declined", "reason": reason })));
    }
    if account.cancelled {
        return (StatusCode::OK, Json(json!({ "status": "never_will" })));
    }
    account.charged.get_or_insert_with(|| body["amount"].clone());
    if body["token"] == "tok_timeout" && account.asked == 1 {
        return (StatusCode::SERVICE_UNAVAILABLE, Json(Value::Null));
    }
    (StatusCode::OK, Json(captured(account)))
}

/// Takes no money of the order from now on, or says what was taken.
async fn cancel(State(ledger): State<Ledger>, Json(body): Json<Value>) -> Reply {
    let mut ledger = ledger.lock().unwrap();
    let account = account(&mut ledger, &body);
    if account.charged.is_some() {
        return (StatusCode::OK, Json(captured(account)));
    }
    account.cancelled = true;
    (StatusCode::OK, Json(json!({ "status": "never_will" })))
}

async fn refund(State(ledger): State<Ledger>, Json(body): Json<Value>) -> Reply {
    let mut ledger = ledger.lock().unwrap();
    let account = account(&mut ledger, &body);
    if account.charged != Some(body["amount"].clone()) {
        return (
            StatusCode::OK,
            Json(json!({ "status": "refused", "reason": "that is not what was charged" })),
        );
    }
    account.refunded = true;
    (StatusCode::OK, Json(json!({ "status": "refunded", "reference": "back" })))
}

fn account<'a>(ledger: &'a mut BTreeMap<String, Account>, body: &Value) -> &'a mut Account {
    ledger.entry(body["order_id"].as_str().unwrap().to_owned()).or_default()
}

fn captured(account: &Account) -> Value {
    json!({ "status": "captured", "amount": account.charged, "reference": "charge" })
}
