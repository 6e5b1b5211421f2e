//! One request on its way: asked again and again until the provider answers, or until it is called off.

use std::{
    sync::{Arc, mpsc},
    time::Duration,
};

use choreography::Answered;
use events_schema::{EventId, Key};
use tokio::{
    sync::{Semaphore, oneshot},
    time::{sleep, timeout},
};

use super::{Answer, NoAnswer, Provider, Request, backoff::Backoff, breaker::Breaker, budget::Budget};

/// What all calls share.
pub(crate) struct Line<P> {
    pub(crate) provider: P,
    pub(crate) patience: Duration,
    pub(crate) backoff: Backoff,
    pub(crate) breaker: Breaker,
    pub(crate) budget: Budget,
    pub(crate) lines: Semaphore,
}

/// An answer on its way to the desk, from a call made under this epoch of its partition.
pub(crate) struct Delivered {
    pub(crate) epoch: u64,
    pub(crate) answered: Answered<Answer>,
}

/// Where the provider's answers about one request go, as many as it gives.
#[derive(Clone, Debug)]
pub struct Tell {
    pub(crate) to: mpsc::Sender<Delivered>,
    pub(crate) partition: u16,
    pub(crate) subject: Key,
    pub(crate) cause: EventId,
    pub(crate) epoch: u64,
}

impl Tell {
    /// Delivers an answer. Once the desk is gone nobody wants it any more.
    pub fn tell(&self, answer: Answer) {
        let Tell { partition, subject, cause, epoch, .. } = *self;
        let _ = self.to.send(Delivered { epoch, answered: Answered { partition, subject, cause, answer } });
    }
}

/// One request.
pub(crate) struct Call<P> {
    pub(crate) line: Arc<Line<P>>,
    pub(crate) request: Request,
    pub(crate) tell: Tell,
    pub(crate) delay: Duration,
}

/// Pends until a request is called off: by a word, or by the desk dropping its end.
type CalledOff = oneshot::Receiver<()>;

impl<P: Provider> Call<P> {
    /// Asks until there is an answer. Called off, it asks no more, but what is asked already is heard to its end.
    pub(crate) async fn pursue(self, mut called_off: CalledOff) {
        let mut wait = self.delay;
        for failures in 0_u32.. {
            tokio::select! {
                biased;
                _ = &mut called_off => return,
                () = self.may_ask(wait, failures) => {}
            }
            match self.ask().await {
                Ok(answer) => return self.tell.tell(answer),
                Err(error) => {
                    tracing::debug!(order = %self.tell.subject, failures, %error, "no answer; asking again")
                }
            }
            wait = self.line.backoff.draw(failures.saturating_add(1));
        }
    }

    async fn may_ask(&self, wait: Duration, failures: u32) {
        if !wait.is_zero() {
            sleep(wait).await;
        }
        if failures > 0 {
            self.line.budget.spend().await;
        }
        self.line.breaker.admit().await;
    }

    async fn ask(&self) -> Result<Answer, NoAnswer> {
        // The semaphore is never closed; were it, asking without it would do no harm.
        let _line = self.line.lines.acquire().await;
        let asked = timeout(self.line.patience, self.put()).await;
        let answer =
            asked.unwrap_or_else(|_| Err(NoAnswer(format!("nothing within {:?}", self.line.patience))));
        match answer {
            Ok(_) => self.line.breaker.answered(),
            Err(_) => self.line.breaker.unanswered(),
        }
        answer
    }

    async fn put(&self) -> Result<Answer, NoAnswer> {
        let (provider, key) = (&self.line.provider, self.tell.subject);
        match &self.request {
            Request::Capture { amount, method, token } => {
                provider.capture(key, *amount, *method, *token, &self.tell).await
            }
            Request::Cancel => provider.cancel(key).await,
            Request::Refund { amount, provider_reference } => {
                provider.refund(key, *amount, provider_reference).await
            }
        }
    }
}
