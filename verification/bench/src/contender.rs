//! Who is measured: the floor, our services, or the same saga on Kafka Streams.

use std::time::Duration;

use anyhow::Result;

use crate::{
    floor,
    mix::Mix,
    round::{self, Bench},
    shop::{Running, Shop},
    streams::{Streams, Tuning},
};

/// How long a contender may take to come up.
const START: Duration = Duration::from_secs(60);

/// Who is measured.
pub enum Contender<'a> {
    /// The log itself.
    Floor,
    /// Our services, with these flags besides.
    Saga(&'a [String]),
    /// The same saga on Kafka Streams.
    Streams(&'a Streams, Tuning),
}

impl Contender<'_> {
    /// What it is called in tables.
    pub fn name(&self) -> String {
        match self {
            Contender::Floor => "floor".to_owned(),
            Contender::Saga(flags) => round::name(flags),
            Contender::Streams(_, tuning) => tuning.name.to_owned(),
        }
    }

    /// Fills the shelves; the floor has none.
    pub fn supply(&self, shop: &Shop<'_>, pieces: i64) -> Result<()> {
        match self {
            Contender::Floor => Ok(()),
            Contender::Saga(_) | Contender::Streams(..) => shop.supply(pieces),
        }
    }

    /// Starts it; it waits for nobody.
    pub fn start(&self, bench: &Bench, shop: &Shop<'_>) -> Result<Running> {
        match self {
            Contender::Floor => floor::start(&shop.ground, &bench.pool(Mix::Happy), &bench.folder)
                .map(Running::without_figures),
            Contender::Saga(flags) => shop.open(flags),
            Contender::Streams(streams, tuning) => {
                streams.start(*tuning, &shop.ground, &bench.folder).map(Running::without_figures)
            }
        }
    }

    /// Waits until it can take orders.
    pub fn await_ready(&self, running: &mut Running) -> Result<()> {
        match self {
            Contender::Saga(_) => running.await_ready(),
            Contender::Floor | Contender::Streams(..) => {
                running.processes.iter_mut().try_for_each(|process| process.await_words("ready", START))
            }
        }
    }
}
