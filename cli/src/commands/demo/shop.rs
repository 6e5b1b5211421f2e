//! The three services of a demo, each on a thread of its own, with a bank that moves no money.

use std::{sync::Arc, thread::JoinHandle, time::Duration};

use choreography::{
    Fatal, NoOutside, Pace, Service,
    host::{self, Health, Make, Stop},
    kafka,
};
use inventory::Inventory;
use order::Order;
use payment::{
    Payment,
    provider::{Desk, DeskSettings, Movement, Simulated, Simulation},
};

use super::ground::Ground;
use crate::{clock, exit::Failure, session::Session, settings::Settings};

/// How long an order may stay Pending here: short enough to watch one expire.
const LIFETIME: Duration = Duration::from_secs(5);

/// The running services.
pub struct Shop {
    bank: Simulated,
    health: Health,
    stop: Stop,
    threads: Vec<JoinHandle<Result<(), Fatal>>>,
}

impl Shop {
    /// Starts them.
    pub fn open(ground: &Ground) -> Result<Shop, Failure> {
        let late = Duration::from_millis(1_500);
        let bank =
            Simulated::new(Simulation { latency: Duration::from_millis(5), late, ..Simulation::default() });
        let rules = order::Settings { lifetime: LIFETIME, ..order::Settings::default() };
        let mut shop = Shop { bank, health: Health::default(), stop: Stop::default(), threads: Vec::new() };
        shop.start(&ground.settings, Arc::new(move || (Order::new(rules.clone()), Box::new(NoOutside))))?;
        let stock = inventory::Settings::default();
        shop.start(&ground.settings, Arc::new(move || (Inventory::new(stock), Box::new(NoOutside))))?;
        let make = shop.payment();
        shop.start(&ground.settings, make)?;
        Ok(shop)
    }

    fn payment(&self) -> Make<Payment> {
        let bank = self.bank.clone();
        // A question that is never answered is given up before the order expires, so that both can be seen.
        let desk = DeskSettings { timeout: Duration::from_secs(8), ..DeskSettings::default() };
        Arc::new(move || match Desk::open(bank.clone(), &desk) {
            Ok(desk) => (Payment::default(), Box::new(desk)),
            Err(error) => panic!("no thread for calls to the payment provider: {error}"),
        })
    }

    fn start<S: Service + Send>(&mut self, settings: &Settings, make: Make<S>) -> Result<(), Failure> {
        let settings = kafka::Settings {
            prefix: settings.prefix.clone(),
            overrides: settings.properties.clone(),
            instance: "demo".to_owned(),
            ..kafka::Settings::new(&settings.brokers, S::SOURCE.name(), S::EMITS)
        };
        self.threads.extend(host::start(make, &settings, Pace::default(), 1, &self.health, &self.stop)?);
        Ok(())
    }

    /// Waits until every service has its tasks.
    pub fn wait_until_ready(&self, session: &Session) -> Result<(), Failure> {
        let since = clock::instant();
        while !self.health.is_ready() {
            session.interrupt.check()?;
            if !self.is_open() || since.elapsed() > session.settings.timeout {
                return Err(Failure::Ours("the services did not become ready; more: --log info".to_owned()));
            }
            clock::pause(Duration::from_millis(5));
        }
        Ok(())
    }

    /// Whether none of them has given up.
    pub fn is_open(&self) -> bool {
        self.health.is_live()
    }

    /// Charged minus refunded, in minor units, by the bank's own ledger.
    pub fn net_by_the_bank(&self) -> i128 {
        let bank = self.bank.bank();
        bank.movements()
            .iter()
            .map(|movement| match movement {
                Movement::Charged(_, money) => i128::from(money.amount),
                Movement::Refunded(_, money) => -i128::from(money.amount),
            })
            .sum()
    }

    /// Lets them drain and end.
    pub fn close(&mut self) -> Result<(), Failure> {
        self.stop.ask();
        Ok(host::join(std::mem::take(&mut self.threads))?)
    }
}
