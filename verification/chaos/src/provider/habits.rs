//! How the provider treats each question.

use std::{
    collections::BTreeSet,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use anyhow::Result;
use axum::{
    Json,
    extract::State,
    http::{StatusCode, header},
    response::{IntoResponse, Response},
};
use events_schema::{Key, Money};
use serde::Deserialize;
use serde_json::{Value, json};

use super::ledger::{Ledger, Refused};

/// The books, and the orders about whose capture was asked since the start.
pub type Desk = Arc<Mutex<(Ledger, BTreeSet<Key>)>>;

/// How late a late answer is: not too late for the shop.
const LATE: Duration = Duration::from_millis(1_000);

/// A question about a capture.
#[derive(Deserialize)]
pub struct Capture {
    order_id: Key,
    amount: Money,
    token: String,
}

/// A question about an order.
#[derive(Deserialize)]
pub struct Cancel {
    order_id: Key,
}

/// A question about giving money back.
#[derive(Deserialize)]
pub struct Refund {
    order_id: Key,
    amount: Money,
}

fn books(desk: &Desk) -> MutexGuard<'_, (Ledger, BTreeSet<Key>)> {
    desk.lock().unwrap_or_else(PoisonError::into_inner)
}

/// What becomes of an answer on its way.
enum Way {
    Sent(Response),
    Late(Response),
    Never,
}

/// Takes money, at most once per order.
pub async fn capture(State(desk): State<Desk>, Json(asked): Json<Capture>) -> Response {
    let way = decide(&desk, &asked);
    match way {
        Ok(Way::Sent(response)) => response,
        Ok(Way::Late(response)) => {
            tokio::time::sleep(LATE).await;
            response
        }
        Ok(Way::Never) => std::future::pending().await,
        Err(error) => broken(&error),
    }
}

fn decide(desk: &Desk, asked: &Capture) -> Result<Way> {
    let mut desk = books(desk);
    let (ledger, seen) = &mut *desk;
    let order = asked.order_id;
    let first = seen.insert(order);
    let account = ledger.account(&order);
    if let Some(settled) = account.refused.filter(|_| account.charged.is_none()) {
        return Ok(Way::Sent(refused(settled)));
    }
    if account.charged.is_none() {
        let reason = match asked.token.as_str() {
            "tok_declined" => Some(Refused::Declined),
            "tok_insufficient_funds" => Some(Refused::InsufficientFunds),
            _ => None,
        };
        if let Some(reason) = reason {
            ledger.refuse(order, reason)?;
            ledger.note(order, "declined")?;
            return Ok(Way::Sent(refused(reason)));
        }
        if first && matches!(asked.token.as_str(), "tok_error" | "tok_contradict") {
            return unwilling(ledger, asked);
        }
        ledger.charge(order, asked.amount)?;
    }
    let answer = captured(account.charged.unwrap_or(asked.amount));
    if first { on_its_way(ledger, asked, answer) } else { Ok(Way::Sent(answer)) }
}

/// Nothing is taken, and nothing definite is said.
fn unwilling(ledger: &mut Ledger, asked: &Capture) -> Result<Way> {
    if asked.token == "tok_error" {
        ledger.note(asked.order_id, "error")?;
        return Ok(Way::Sent(StatusCode::SERVICE_UNAVAILABLE.into_response()));
    }
    ledger.note(asked.order_id, "contradiction")?;
    let said = Json(json!({ "status": "declined", "reason": "declined" }));
    Ok(Way::Sent((StatusCode::INTERNAL_SERVER_ERROR, said).into_response()))
}

/// The money was taken; what happens to the first answer.
fn on_its_way(ledger: &mut Ledger, asked: &Capture, answer: Response) -> Result<Way> {
    let (did, way) = match asked.token.as_str() {
        "tok_lost" => ("lost", Way::Sent(StatusCode::SERVICE_UNAVAILABLE.into_response())),
        "tok_late" => ("late", Way::Late(answer)),
        "tok_stall" => ("stall", Way::Never),
        "tok_twice" => {
            let half = ([(header::CONTENT_TYPE, "application/json")], r#"{"status":"captured","am"#);
            ("twice", Way::Sent(half.into_response()))
        }
        _ => return Ok(Way::Sent(answer)),
    };
    ledger.note(asked.order_id, did)?;
    Ok(way)
}

/// Takes no money of the order from now on, or says what was taken.
pub async fn cancel(State(desk): State<Desk>, Json(asked): Json<Cancel>) -> Response {
    let mut desk = books(&desk);
    let account = desk.0.account(&asked.order_id);
    if let Some(amount) = account.charged {
        return captured(amount);
    }
    let done = match account.refused {
        Some(Refused::Cancelled) => Ok(()),
        _ => desk.0.refuse(asked.order_id, Refused::Cancelled),
    };
    done.map_or_else(|error| broken(&error), |()| refused(Refused::Cancelled))
}

/// Gives back what was taken, once.
pub async fn refund(State(desk): State<Desk>, Json(asked): Json<Refund>) -> Response {
    let mut desk = books(&desk);
    let account = desk.0.account(&asked.order_id);
    if account.charged != Some(asked.amount) {
        return said(json!({ "status": "refused", "reason": "that is not what was charged" }));
    }
    let done = if account.refunded { Ok(()) } else { desk.0.refund(asked.order_id, asked.amount) };
    let reference = format!("refund-{}", asked.order_id);
    let answer = json!({ "status": "refunded", "reference": reference });
    done.map_or_else(|error| broken(&error), |()| said(answer))
}

fn captured(amount: Money) -> Response {
    said(json!({ "status": "captured", "amount": amount, "reference": "charge" }))
}

fn refused(refused: Refused) -> Response {
    match refused {
        Refused::Cancelled => said(json!({ "status": "never_will" })),
        reason => {
            let answer = json!({ "status": "declined", "reason": reason });
            (StatusCode::PAYMENT_REQUIRED, Json(answer)).into_response()
        }
    }
}

fn said(answer: Value) -> Response {
    Json(answer).into_response()
}

/// The books cannot be written: no answer is better than one that is forgotten.
fn broken(error: &anyhow::Error) -> Response {
    eprintln!("provider: {error:#}");
    StatusCode::INTERNAL_SERVER_ERROR.into_response()
}
