//! The flags only the payment service has.

use std::{sync::Arc, time::Duration};

use choreography::{Outside, host::Make};

use crate::{
    Payment, Settings,
    provider::{Desk, DeskSettings, Http, Simulated, Simulation},
};

/// The provider and the shop's rules for taking money, as flags.
#[derive(clap::Args, Clone, Debug)]
#[group(id = "payment")]
pub struct Flags {
    /// Base URL of the payment provider; without one it is simulated, and no real money moves.
    #[arg(long, env = "ORDERS_PROVIDER_URL", value_name = "URL")]
    pub provider_url: Option<String>,
    /// Whether the provider may be simulated: `refuse` where real orders are, so that a forgotten URL is noticed.
    #[arg(long, env = "ORDERS_SIMULATED_PROVIDER", value_enum, default_value_t = Simulate::Allow)]
    pub simulated_provider: Simulate,
    /// Milliseconds one call to the provider may take.
    #[arg(long, env = "ORDERS_PROVIDER_TIMEOUT_MS", default_value_t = 10_000)]
    pub provider_timeout_ms: u64,
    /// Simulated provider: mean milliseconds to an answer.
    #[arg(long, env = "ORDERS_SIMULATED_LATENCY_MS", default_value_t = 20)]
    pub simulated_latency_ms: u64,
    /// Simulated provider: milliseconds until the late answer to tok_late.
    #[arg(long, env = "ORDERS_SIMULATED_LATE_MS", default_value_t = 3_000)]
    pub simulated_late_ms: u64,
    /// Simulated provider: share of captures that succeed, 0 to 1, for tokens that are no test tokens.
    #[arg(long, env = "ORDERS_SIMULATED_SUCCESS", default_value_t = 1.0)]
    pub simulated_success: f64,
    /// Calls to the provider that may be under way at once.
    #[arg(long, env = "ORDERS_PROVIDER_LINES", default_value_t = 256)]
    pub provider_lines: usize,
}

/// Whether the provider may be simulated.
#[derive(Clone, Copy, PartialEq, Eq, Debug, clap::ValueEnum)]
pub enum Simulate {
    /// It is, without a URL.
    Allow,
    /// Without a URL the service does not start.
    Refuse,
}

impl Flags {
    /// What each worker runs: all share one simulated bank. An error names the flag that cannot be meant.
    pub fn make(&self) -> Result<Make<Payment>, String> {
        if !(0.0..=1.0).contains(&self.simulated_success) {
            return Err(format!("--simulated-success is {}; it is a share, 0 to 1", self.simulated_success));
        }
        let desk = DeskSettings {
            timeout: Duration::from_millis(self.provider_timeout_ms),
            lines: self.provider_lines,
            ..DeskSettings::default()
        };
        let payment = || Payment::new(Settings::default());
        let Some(url) = &self.provider_url else {
            self.may_simulate()?;
            let bank = Simulated::new(self.simulation());
            return Ok(Arc::new(move || (payment(), open(Desk::open(bank.clone(), &desk)))));
        };
        let base = url.clone();
        Http::new(url).map_err(|error| format!("--provider-url {url}: {error}"))?;
        Ok(Arc::new(move || {
            let http = Http::new(&base).unwrap_or_else(|_| unreachable!("it was made once above"));
            (payment(), open(Desk::open(http, &desk)))
        }))
    }

    fn may_simulate(&self) -> Result<(), String> {
        match self.simulated_provider {
            Simulate::Allow => {
                tracing::warn!("the payment provider is simulated: no real money moves");
                Ok(())
            }
            Simulate::Refuse => {
                Err("no --provider-url is given, and --simulated-provider is refuse: orders would be shipped unpaid; \
                     give the provider's URL"
                    .to_owned())
            }
        }
    }

    fn simulation(&self) -> Simulation {
        Simulation {
            success_rate: self.simulated_success,
            latency: Duration::from_millis(self.simulated_latency_ms),
            late: Duration::from_millis(self.simulated_late_ms),
            ..Simulation::default()
        }
    }
}

/// A worker without its desk could ask nobody: the process must not start so.
fn open<O: Outside<Payment> + Send + 'static>(desk: std::io::Result<O>) -> Box<dyn Outside<Payment> + Send> {
    match desk {
        Ok(desk) => Box::new(desk),
        Err(error) => panic!("no thread for calls to the payment provider: {error}"),
    }
}

#[cfg(test)]
mod tests {
    use clap::Parser;

    use super::*;

    #[derive(Parser)]
    struct Line {
        #[command(flatten)]
        flags: Flags,
    }

    fn made(words: &[&str]) -> Result<(), String> {
        let line = Line::parse_from(["payment"].iter().chain(words));
        line.flags.make().map(drop)
    }

    #[test]
    fn where_a_simulated_provider_is_refused_a_url_must_be_given() {
        assert_eq!(made(&[]), Ok(()));
        let refused = made(&["--simulated-provider", "refuse"]).unwrap_err();
        assert!(refused.starts_with("no --provider-url is given"), "{refused}");
        assert_eq!(made(&["--simulated-provider", "refuse", "--provider-url", "http://localhost:1"]), Ok(()));
    }
}
