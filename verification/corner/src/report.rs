//! Explores a model to its end and says what was found.

use std::hash::Hash;

use serde::Serialize;
use stateright::{Checker, Expectation, HasDiscoveries, Model};

use crate::{Seen, Sight};

/// A model that can be explored and told about.
pub trait Explored: Model {
    /// What was seen to happen.
    fn seen(&self) -> &Seen;

    /// How many situations of single tasks there are.
    fn situations(&self) -> usize;
}

/// What an exploration found.
#[derive(Clone, Debug, Serialize)]
pub struct Report {
    /// The configuration.
    pub configuration: String,
    /// Different states that were reached.
    pub states: usize,
    /// Steps that were taken between them.
    pub steps: usize,
    /// The longest of the shortest ways to a state.
    pub depth: usize,
    /// Situations of single tasks: what the real functions were run for.
    pub situations: usize,
    /// How long it took.
    pub seconds: f64,
    /// The properties that hold, by name.
    pub held: Vec<&'static str>,
    /// What was seen to happen.
    pub seen: Vec<&'static str>,
    /// Where a property does not hold.
    pub found: Vec<Found>,
    #[serde(skip)]
    /// What was seen, as such.
    pub sights: Vec<Sight>,
}

/// A counterexample.
#[derive(Clone, Debug, Serialize)]
pub struct Found {
    /// The property that does not hold.
    pub property: &'static str,
    /// What happened, step by step.
    pub path: Vec<String>,
}

/// Explores every state a model can reach, or all up to the first that breaks a property.
pub fn explore<M>(configuration: &str, model: M, threads: usize) -> Report
where
    M: Explored + Send + Sync + 'static,
    M::State: Clone + std::fmt::Debug + Hash + PartialEq + Send + Sync + 'static,
    M::Action: Clone + Copy + std::fmt::Debug + PartialEq,
{
    #[allow(clippy::disallowed_methods, reason = "the time it takes is measured, and nothing decided by it")]
    let begun = std::time::Instant::now();
    let checker =
        model.checker().threads(threads).finish_when(HasDiscoveries::AnyFailures).spawn_bfs().join();
    let seconds = begun.elapsed().as_secs_f64();
    let model = checker.model();
    let discoveries = checker.discoveries();
    let mut found = Vec::new();
    let mut held = Vec::new();
    for property in model.properties() {
        let Some(path) = discoveries.get(property.name) else {
            held.extend((property.expectation != Expectation::Sometimes).then_some(property.name));
            continue;
        };
        let steps = path.clone().into_vec().into_iter();
        let path = steps.filter_map(|(state, action)| model.format_step(&state, action?)).collect();
        found.push(Found { property: property.name, path });
    }
    let sights = model.seen().all();
    Report {
        configuration: configuration.to_owned(),
        states: checker.unique_state_count(),
        steps: checker.state_count(),
        depth: checker.max_depth(),
        situations: model.situations(),
        seconds,
        held,
        seen: sights.iter().map(|sight| sight.says()).collect(),
        found,
        sights,
    }
}

impl Report {
    /// Whether everything holds.
    pub fn holds(&self) -> bool {
        self.found.is_empty()
    }
}

impl std::fmt::Display for Report {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        writeln!(
            f,
            "{}: {} states, {} steps, depth {}, {} situations, {:.1} s, {} properties hold, {} sights",
            self.configuration,
            self.states,
            self.steps,
            self.depth,
            self.situations,
            self.seconds,
            self.held.len(),
            self.seen.len()
        )?;
        for found in &self.found {
            writeln!(f, "  broken: {}", found.property)?;
            for (at, step) in found.path.iter().enumerate() {
                writeln!(f, "  {:3} {step}", at + 1)?;
            }
        }
        Ok(())
    }
}
