//! A provider behind HTTP, in JSON.
//!
//! | verb | request | header `Idempotency-Key` | body |
//! |---|---|---|---|
//! | capture | `POST {base}/captures` | `<order id>` | `{"order_id","amount":{"amount","currency"},"method","token"}` |
//! | cancel | `POST {base}/cancels` | `<order id>.cancel` | `{"order_id"}` |
//! | refund | `POST {base}/refunds` | `<order id>.refund` | `{"order_id","amount","provider_reference"}` |
//!
//! A definite answer has status 2xx or 402 and one of these bodies; capture takes the first three, cancel the first and
//! the third, refund the last two:
//!
//! ```json
//! {"status":"captured","amount":{"amount":1998,"currency":"EUR"},"reference":"ch_1"}
//! {"status":"declined","reason":"declined","reference":"at_1"}
//! {"status":"never_will"}
//! {"status":"refunded","reference":"re_1"}
//! {"status":"refused","reason":"in the provider's words"}
//! ```
//!
//! `reason` of a declined capture is `declined` or `insufficient_funds`. Everything else, an error status, a body that
//! cannot be read, a connection that breaks, is no answer: it is asked again. A cancel must make a capture that is
//! still on its way impossible. A refused refund is asked for again under the same key, so that a provider must keep what
//! it granted under a key, and not that it refused. The calls carry no credentials: put a proxy in front that adds them.

use events_schema::{Key, Money, PaymentMethod, Token, payments::FailureReason};
use reqwest::{Client, StatusCode, redirect::Policy};
use serde::{Deserialize, Serialize};

use super::{Answer, NoAnswer, Provider, Tell};

/// A provider behind HTTP.
#[derive(Clone, Debug)]
pub struct Http {
    client: Client,
    base: String,
}

impl Http {
    /// A provider at this address, for instance `http://localhost:8090/v1`. Fails if no client can be made.
    pub fn new(base: &str) -> Result<Http, reqwest::Error> {
        // What the address says, and nothing the environment or a redirect says instead.
        let client = Client::builder().no_proxy().redirect(Policy::none()).build()?;
        Ok(Http { client, base: base.trim_end_matches('/').to_owned() })
    }

    async fn post(&self, verb: &str, key: String, body: &impl Serialize) -> Result<Spoken, NoAnswer> {
        let request =
            self.client.post(format!("{}/{verb}", self.base)).header("Idempotency-Key", key).json(body);
        let response = request.send().await.map_err(|error| NoAnswer(error.to_string()))?;
        let status = response.status();
        if !status.is_success() && status != StatusCode::PAYMENT_REQUIRED {
            return Err(NoAnswer(format!("{verb}: status {status}")));
        }
        response.json().await.map_err(|error| NoAnswer(format!("{verb}: status {status}, but {error}")))
    }
}

/// The longest reason kept, in characters: it stands in a fact for ever.
const REASON_MAX: usize = 300;

/// The answers as they stand on the wire.
#[derive(Deserialize, Debug)]
#[serde(tag = "status", rename_all = "snake_case")]
enum Spoken {
    Captured {
        amount: Money,
        reference: String,
    },
    Declined {
        reason: Reason,
        #[serde(default)]
        reference: Option<String>,
    },
    NeverWill,
    Refunded {
        reference: String,
    },
    Refused {
        reason: String,
    },
}

#[derive(Deserialize, Debug)]
#[serde(rename_all = "snake_case")]
enum Reason {
    Declined,
    InsufficientFunds,
}

impl Spoken {
    fn on_capture(self) -> Result<Answer, NoAnswer> {
        match self {
            Spoken::Captured { amount, reference } => Ok(Answer::Captured { amount, reference }),
            Spoken::Declined { reason: Reason::Declined, reference } => {
                Ok(Answer::Declined { reason: FailureReason::Declined, reference })
            }
            Spoken::Declined { reason: Reason::InsufficientFunds, reference } => {
                Ok(Answer::Declined { reason: FailureReason::InsufficientFunds, reference })
            }
            Spoken::NeverWill => Ok(Answer::NeverWill),
            other => Err(NoAnswer(format!("{other:?} answers no capture"))),
        }
    }

    fn on_refund(self) -> Result<Answer, NoAnswer> {
        match self {
            Spoken::Refunded { reference } => Ok(Answer::Refunded { reference }),
            Spoken::Refused { reason } => {
                Ok(Answer::RefundRefused { reason: reason.chars().take(REASON_MAX).collect() })
            }
            other => Err(NoAnswer(format!("{other:?} answers no refund"))),
        }
    }
}

impl Provider for Http {
    async fn capture(
        &self,
        key: Key,
        amount: Money,
        method: PaymentMethod,
        token: Token,
        _tell: &Tell,
    ) -> Result<Answer, NoAnswer> {
        #[derive(Serialize)]
        struct Body {
            order_id: Key,
            amount: Money,
            method: PaymentMethod,
            token: Token,
        }
        let body = Body { order_id: key, amount, method, token };
        self.post("captures", key.to_string(), &body).await?.on_capture()
    }

    async fn cancel(&self, key: Key) -> Result<Answer, NoAnswer> {
        #[derive(Serialize)]
        struct Body {
            order_id: Key,
        }
        match self.post("cancels", format!("{key}.cancel"), &Body { order_id: key }).await?.on_capture()? {
            // "It did not work out" leaves open whether it still might.
            Answer::Declined { .. } => Err(NoAnswer("declined answers no cancel".into())),
            answer => Ok(answer),
        }
    }

    async fn refund(&self, key: Key, amount: Money, reference: &str) -> Result<Answer, NoAnswer> {
        #[derive(Serialize)]
        struct Body<'a> {
            order_id: Key,
            amount: Money,
            provider_reference: &'a str,
        }
        let body = Body { order_id: key, amount, provider_reference: reference };
        self.post("refunds", format!("{key}.refund"), &body).await?.on_refund()
    }
}
