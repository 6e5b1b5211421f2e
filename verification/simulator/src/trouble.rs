//! `Trouble`: the kinds of things that happen in a storm.

use std::{fmt, str::FromStr};

/// A kind of thing that happens in a storm. Each seed gets some of them only, so that rare meetings are not drowned.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Trouble {
    /// Customers cancel, at any moment.
    Cancellations,
    /// Customers place the same order again, now and then with another body.
    RepeatedPlacements,
    /// Goods come in.
    Restocking,
    /// Somebody counts the goods.
    Corrections,
    /// Orders stand on a wrong partition.
    Misrouting,
    /// Records that nobody can take: no JSON, a later version, a missing field, no value, a strange key, a huge value.
    Garbage,
    /// A service breaks on an order, until it is mended.
    BrokenServices,
    /// A customer is not served any more, or is again.
    BlockedCustomers,
    /// Processes die between two turns, and start.
    Deaths,
    /// Processes die, expire, are replaced or refused in the middle of a turn.
    MishapsInATurn,
    /// Sessions run out.
    Expiries,
    /// Leases go back and forth.
    Rebalances,
    /// A process stops for a while, loses its session meanwhile, and goes on as if nothing had happened.
    Zombies,
    /// Nobody of a service works for a while, and much waits for it.
    Outages,
    /// Commits are aborted, or their answer is lost.
    CommitFates,
    /// Committed positions are lost.
    ForgottenPositions,
    /// Records are delivered again.
    RepeatedRecords,
    /// Polls bring a few records only, or none.
    SlowPolls,
    /// Many orders come at once.
    Bursts,
    /// Questions to the provider, and its answers, are lost.
    LostCalls,
    /// A process's clock is an hour ahead or behind, or stands still.
    WrongClocks,
    /// Nothing happens for a while but that time passes.
    LongWaits,
}

use Trouble::*;

impl Trouble {
    /// All kinds.
    pub const ALL: [Trouble; 22] = [
        Cancellations,
        RepeatedPlacements,
        Restocking,
        Corrections,
        Misrouting,
        Garbage,
        BrokenServices,
        BlockedCustomers,
        Deaths,
        MishapsInATurn,
        Expiries,
        Rebalances,
        Zombies,
        Outages,
        CommitFates,
        ForgottenPositions,
        RepeatedRecords,
        SlowPolls,
        Bursts,
        LostCalls,
        WrongClocks,
        LongWaits,
    ];

    /// The fault of `docs/PROOF.md` it is a case of; `None`: it is what customers and the warehouse do anyway.
    pub fn fault(self) -> Option<&'static str> {
        Some(match self {
            Cancellations | Restocking | Corrections | BlockedCustomers => return None,
            RepeatedRecords => "F1 delivered again",
            Misrouting => "F2 out of place",
            SlowPolls | Bursts | Outages | LongWaits => "F3 delay, burst, backlog",
            Deaths | MishapsInATurn => "F4-F5 crash",
            CommitFates => "F6 commit in doubt",
            Zombies => "F7 zombie",
            Expiries | Rebalances => "F8 rebalance",
            ForgottenPositions => "F9 positions lost",
            Garbage | BrokenServices => "F10 poison",
            WrongClocks => "F11 clock",
            LostCalls => "F12 provider",
            RepeatedPlacements => "F16 asked again",
        })
    }
}

impl fmt::Display for Trouble {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&format!("{self:?}"))
    }
}

impl FromStr for Trouble {
    type Err = String;
    fn from_str(name: &str) -> Result<Trouble, String> {
        let found = Trouble::ALL.into_iter().find(|trouble| trouble.to_string().eq_ignore_ascii_case(name));
        found.ok_or_else(|| format!("no kind of trouble is called {name:?}"))
    }
}
