//! The HTTP provider against a small server on this machine, well and unwell.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails there")]

mod stage;

use std::{
    sync::{Arc, Mutex},
    time::{Duration, Instant},
};

use axum::{
    Json, Router,
    extract::{Path, State},
    http::{HeaderMap, StatusCode},
    response::{IntoResponse, Response},
    routing::post,
};
use choreography::{Answered, Outside};
use events_schema::{EventId, PaymentMethod, payments::FailureReason};
use payment::{
    Answer, Request,
    provider::{Desk, DeskSettings, Http},
};
use serde_json::{Value, json};
use stage::*;
use tokio::{net::TcpListener, runtime::Handle};

/// What the server does with one request.
#[derive(Clone)]
enum Turn {
    Answer(u16, Value),
    Text(u16, &'static str),
    Silence,
}

/// What the server heard: verb, idempotency key, body.
type Heard = (String, String, Value);

#[derive(Clone, Default)]
struct Server {
    script: Arc<Mutex<Vec<Turn>>>,
    heard: Arc<Mutex<Vec<Heard>>>,
}

async fn serve(
    State(server): State<Server>,
    Path(verb): Path<String>,
    headers: HeaderMap,
    Json(body): Json<Value>,
) -> Response {
    let key = headers["idempotency-key"].to_str().unwrap().to_owned();
    server.heard.lock().unwrap().push((verb, key, body));
    let turn = server.script.lock().unwrap().remove(0);
    match turn {
        Turn::Answer(status, body) => (StatusCode::from_u16(status).unwrap(), Json(body)).into_response(),
        Turn::Text(status, body) => (StatusCode::from_u16(status).unwrap(), body).into_response(),
        Turn::Silence => std::future::pending().await,
    }
}

/// Asks through a desk until the answer comes, and tells what the server heard.
async fn ask(request: Request, script: Vec<Turn>) -> (Answer, Vec<Heard>) {
    let server = Server { script: Arc::new(Mutex::new(script)), ..Server::default() };
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let base = format!("http://{}/v1/", listener.local_addr().unwrap());
    let routes = Router::new().route("/v1/{verb}", post(serve)).with_state(server.clone());
    let serving = tokio::spawn(async { axum::serve(listener, routes).await });
    let settings = DeskSettings {
        timeout: Duration::from_millis(200),
        backoff_base: Duration::from_millis(1),
        breaker_rest: Duration::from_millis(5),
        ..DeskSettings::default()
    };
    let mut desk = Desk::on(Handle::current(), Http::new(&base).unwrap(), &settings);
    desk.ask(0, key("o1"), EventId::from(key("fact")), &request);
    let answered = wait(&mut desk).await;
    assert!(server.script.lock().unwrap().is_empty(), "the whole script was played");
    serving.abort();
    let heard = server.heard.lock().unwrap().clone();
    (answered.answer, heard)
}

#[expect(clippy::disallowed_methods, reason = "bounds a test that talks to a real socket")]
async fn wait(desk: &mut Desk<Http>) -> Answered<Answer> {
    let end = Instant::now() + Duration::from_secs(10);
    loop {
        if let Some(answered) = desk.answer() {
            return answered;
        }
        assert!(Instant::now() < end, "no answer within ten seconds");
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
}

fn capture() -> Request {
    Request::Capture { amount: eur(1998), method: PaymentMethod::Card, token: token("tok_1") }
}

fn captured_body() -> Value {
    json!({"status": "captured", "amount": {"amount": 1998, "currency": "EUR"}, "reference": "charge-1"})
}

#[tokio::test]
async fn a_capture_says_all_the_provider_needs_under_the_orders_key() {
    let (answer, heard) = ask(capture(), vec![Turn::Answer(201, captured_body())]).await;
    assert_eq!(answer, captured());
    let body = json!({
        "order_id": "o1", "amount": {"amount": 1998, "currency": "EUR"}, "method": "card", "token": "tok_1"
    });
    assert_eq!(heard, [("captures".into(), "o1".into(), body)]);
}

#[tokio::test]
async fn a_decline_comes_with_status_402_and_its_reason() {
    for (word, reason) in
        [("declined", FailureReason::Declined), ("insufficient_funds", FailureReason::InsufficientFunds)]
    {
        let body = json!({"status": "declined", "reason": word, "reference": "attempt-1"});
        let (answer, _) = ask(capture(), vec![Turn::Answer(402, body)]).await;
        assert_eq!(answer, declined(reason));
    }
}

#[tokio::test]
async fn errors_silence_and_nonsense_are_no_answers_and_the_same_key_is_asked_again() {
    let script = vec![
        Turn::Text(500, "oh no"),
        Turn::Answer(503, captured_body()),
        Turn::Answer(429, json!({})),
        Turn::Silence,
        Turn::Text(200, "<html>"),
        Turn::Answer(200, json!({"status": "declined", "reason": "moon phase"})),
        Turn::Answer(200, json!({"status": "refunded", "reference": "r"})),
        Turn::Answer(404, json!({})),
        Turn::Answer(302, captured_body()),
        Turn::Answer(200, captured_body()),
    ];
    let attempts = script.len();
    let (answer, heard) = ask(capture(), script).await;
    assert_eq!(answer, captured());
    assert_eq!(heard.len(), attempts);
    assert!(heard.iter().all(|call| call == &heard[0]), "every attempt is the same request");
}

#[tokio::test]
async fn a_cancel_tells_what_was_taken_or_that_nothing_will_be() {
    let (answer, heard) =
        ask(Request::Cancel, vec![Turn::Answer(200, json!({"status": "never_will"}))]).await;
    assert_eq!(answer, Answer::NeverWill);
    assert_eq!(heard, [("cancels".into(), "o1.cancel".into(), json!({"order_id": "o1"}))]);
    let undecided = json!({"status": "declined", "reason": "declined"});
    let script = vec![Turn::Answer(402, undecided), Turn::Answer(200, captured_body())];
    let (answer, _) = ask(Request::Cancel, script).await;
    assert_eq!(answer, captured());
}

#[tokio::test]
async fn a_refund_is_granted_or_refused_in_the_providers_words() {
    let granted = json!({"status": "refunded", "reference": "refund-1"});
    let (answer, heard) = ask(refund_request(), vec![Turn::Answer(200, granted)]).await;
    assert_eq!(answer, refunded());
    let body = json!({"order_id": "o1", "amount": {"amount": 1998, "currency": "EUR"}, "provider_reference": "charge-1"});
    assert_eq!(heard, [("refunds".into(), "o1.refund".into(), body)]);
    let no = json!({"status": "refused", "reason": "not today"});
    let (answer, _) = ask(refund_request(), vec![Turn::Answer(402, no)]).await;
    assert_eq!(answer, refused());
}

#[tokio::test]
async fn a_long_story_about_a_refusal_is_cut_short() {
    let story = json!({"status": "refused", "reason": "é".repeat(100_000)});
    let (answer, _) = ask(refund_request(), vec![Turn::Answer(402, story)]).await;
    assert_eq!(answer, Answer::RefundRefused { reason: "é".repeat(300) });
}
