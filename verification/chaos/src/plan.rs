//! `Plan`: which faults come in which order, by a seed. Pure.

use clap::ValueEnum;
use rand::{Rng, SeedableRng, rngs::StdRng, seq::SliceRandom};
use serde::Serialize;

/// A kind of fault.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, ValueEnum, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    /// A service process is killed with SIGKILL and started again.
    Kill,
    /// A service process is stopped for longer than its session lasts, then goes on.
    PauseSession,
    /// The same for longer than a transaction may be open.
    PauseTransaction,
    /// A third instance of a service comes, takes part, and goes.
    Scale,
    /// The instances of a service are restarted with SIGTERM, one after the other.
    Roll,
    /// A broker is killed with SIGKILL and started again.
    Broker,
    /// The wire between services and brokers is slow for a while.
    Latency,
    /// All connections between services and brokers are reset, several times.
    Reset,
    /// A burst of records that cannot be read; an operator resumes and discards them.
    Poison,
    /// Answers to EndTxn are held back until the next transaction has begun.
    TornAnswer,
    /// EndTxn itself is late: the client sends it again, and the first one arrives in the next transaction.
    TornRequest,
    /// The payment provider is killed and started again.
    Provider,
}

impl Kind {
    /// Its name on the command line and in reports.
    pub fn name(self) -> &'static str {
        match self {
            Kind::Kill => "kill",
            Kind::PauseSession => "pause-session",
            Kind::PauseTransaction => "pause-transaction",
            Kind::Scale => "scale",
            Kind::Roll => "roll",
            Kind::Broker => "broker",
            Kind::Latency => "latency",
            Kind::Reset => "reset",
            Kind::Poison => "poison",
            Kind::TornAnswer => "torn-answer",
            Kind::TornRequest => "torn-request",
            Kind::Provider => "provider",
        }
    }
}

/// How often each kind is drawn, out of a hundred.
const WEIGHTS: [(Kind, u32); 12] = [
    (Kind::Kill, 40),
    (Kind::PauseSession, 7),
    (Kind::PauseTransaction, 5),
    (Kind::Scale, 6),
    (Kind::Roll, 6),
    (Kind::Broker, 8),
    (Kind::Latency, 6),
    (Kind::Reset, 7),
    (Kind::Poison, 6),
    (Kind::TornAnswer, 3),
    (Kind::TornRequest, 3),
    (Kind::Provider, 3),
];

/// The faults of one run, without an end.
pub struct Plan {
    seed: StdRng,
    /// What must come, the last first.
    must: Vec<Kind>,
    only: Option<Kind>,
    weights: Vec<(Kind, u32)>,
}

impl Plan {
    /// Every kind once and `kills` kills, shuffled; then as the weights say.
    ///
    /// A broker is killed only where others stand in (`brokers` > 1). One that starts alone is its own coordinator
    /// before its partitions have a leader again: Apache Kafka 4.3 then ends open transactions without the markers, and
    /// no reader of committed records gets past them any more.
    pub fn new(seed: u64, kills: usize, brokers: u8, only: Option<Kind>) -> Plan {
        let mut seed = StdRng::seed_from_u64(seed);
        let weights = WEIGHTS.into_iter().filter(|(kind, _)| brokers > 1 || *kind != Kind::Broker).collect();
        let mut plan = Plan { must: Vec::new(), weights, only, seed: seed.clone() };
        if only.is_some() {
            return plan;
        }
        plan.must = plan.weights.iter().map(|(kind, _)| *kind).collect();
        plan.must.extend(std::iter::repeat_n(Kind::Kill, kills.saturating_sub(1)));
        plan.must.shuffle(&mut seed);
        plan.seed = seed;
        plan
    }

    /// Whether everything that must come has come.
    pub fn is_done(&self) -> bool {
        self.must.is_empty()
    }

    /// The next fault, and whom it hits.
    pub fn draw(&mut self) -> (Kind, u64) {
        let whom = self.seed.random();
        let drawn = self.by_weight();
        (self.only.or_else(|| self.must.pop()).unwrap_or(drawn), whom)
    }

    fn by_weight(&mut self) -> Kind {
        let mut at = self.seed.random_range(0..self.weights.iter().map(|(_, weight)| weight).sum());
        for (kind, weight) in &self.weights {
            if at < *weight {
                return *kind;
            }
            at -= weight;
        }
        Kind::Kill
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    fn drawn(plan: &mut Plan, many: usize) -> Vec<(Kind, u64)> {
        (0..many).map(|_| plan.draw()).collect()
    }

    #[test]
    fn the_same_seed_gives_the_same_faults() {
        let [one, two] = [7, 7].map(|seed| drawn(&mut Plan::new(seed, 20, 3, None), 100));
        assert_eq!(one, two);
        assert_ne!(one, drawn(&mut Plan::new(8, 20, 3, None), 100));
    }

    #[test]
    fn every_kind_comes_once_before_chance_decides() {
        let mut plan = Plan::new(1, 20, 3, None);
        let must = drawn(&mut plan, WEIGHTS.len() + 19);
        assert!(plan.is_done());
        for (kind, _) in WEIGHTS {
            assert!(must.iter().any(|(came, _)| *came == kind), "{kind:?}");
        }
        assert_eq!(must.iter().filter(|(kind, _)| *kind == Kind::Kill).count(), 20);
    }

    #[test]
    fn chance_follows_the_weights_which_add_up() {
        assert_eq!(WEIGHTS.iter().map(|(_, weight)| weight).sum::<u32>(), 100);
        let mut plan = Plan::new(1, 0, 3, None);
        drawn(&mut plan, WEIGHTS.len());
        let mut counts: BTreeMap<Kind, u32> = BTreeMap::new();
        drawn(&mut plan, 10_000).into_iter().for_each(|(kind, _)| *counts.entry(kind).or_default() += 1);
        for (kind, weight) in WEIGHTS {
            let (found, fair) = (counts[&kind], weight * 100);
            assert!((fair * 7 / 10..fair * 13 / 10 + 50).contains(&found), "{kind:?}: {found}");
        }
    }

    #[test]
    fn a_lone_broker_is_not_killed() {
        let mut plan = Plan::new(1, 20, 1, None);
        assert!(drawn(&mut plan, 1_000).iter().all(|(kind, _)| *kind != Kind::Broker));
    }

    #[test]
    fn only_one_kind_comes_when_one_is_wanted() {
        let mut plan = Plan::new(1, 20, 3, Some(Kind::Scale));
        assert!(plan.is_done() && drawn(&mut plan, 50).iter().all(|(kind, _)| *kind == Kind::Scale));
    }
}
