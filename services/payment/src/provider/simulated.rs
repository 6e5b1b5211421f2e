//! The simulated provider: the [`Bank`], with its latency and its second thoughts, as a provider on this machine.

use std::{
    future::pending,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use events_schema::{Key, Money, PaymentMethod, Token};
use tokio::time::sleep;

use super::{Answer, Bank, NoAnswer, Provider, Simulation, Tell};

/// A provider that moves no real money. Clones share their books.
#[derive(Clone, Debug, Default)]
pub struct Simulated {
    bank: Arc<Mutex<Bank>>,
}

impl Simulated {
    /// A provider that behaves so.
    pub fn new(simulation: Simulation) -> Simulated {
        Simulated { bank: Arc::new(Mutex::new(Bank::new(simulation))) }
    }

    /// The bank and its books.
    pub fn bank(&self) -> MutexGuard<'_, Bank> {
        self.bank.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The words the bank has for it after the answer.
    fn listen(&self, key: Key, reply: &super::Reply, tell: &Tell) {
        let Some(again) = reply.again else { return };
        let (books, tell, wait) = (self.clone(), tell.clone(), reply.after + again);
        tokio::spawn(async move {
            sleep(wait).await;
            let answer = books.bank().speak_again(key);
            answer.into_iter().for_each(|answer| tell.tell(answer));
        });
    }
}

impl Provider for Simulated {
    async fn capture(
        &self,
        key: Key,
        amount: Money,
        _method: PaymentMethod,
        token: Token,
        tell: &Tell,
    ) -> Result<Answer, NoAnswer> {
        let reply = self.bank().capture(key, amount, token);
        self.listen(key, &reply, tell);
        sleep(reply.after).await;
        match reply.answer {
            Some(answer) => Ok(answer),
            // Whoever asked has to give up waiting, as with a real one.
            None => pending().await,
        }
    }

    async fn cancel(&self, key: Key) -> Result<Answer, NoAnswer> {
        let latency = self.bank().latency(&key);
        sleep(latency).await;
        Ok(self.bank().cancel(key))
    }

    async fn refund(&self, key: Key, amount: Money, reference: &str) -> Result<Answer, NoAnswer> {
        let latency = self.bank().latency(&key);
        sleep(latency).await;
        self.bank().take_over(key, amount, reference);
        Ok(self.bank().refund(key))
    }
}
