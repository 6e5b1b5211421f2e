//! `Broken`: which promises a state breaks, as a set.

/// A set of promises.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default)]
pub(crate) struct Broken(u32);

macro_rules! promises {
    ($($name:ident $at:literal)+) => { $(pub(crate) const $name: Broken = Broken(1 << $at);)+ };
}

impl Broken {
    pub(crate) const NOTHING: Broken = Broken(0);
    promises! {
        I1 0 I2 1 I3 2 I4 3 I5 4 I6 5 I7 6 I8 7 I9 8 I10 9
        S14 10 S19 11 L1 12
        S1 13 S2 14 S3 15 S4 16 S5 17 S6 18 S7 19 S8 20 S9 21 S10 22 S12 23
    }

    /// Adds `promise` unless it holds.
    pub(crate) fn unless(&mut self, holds: bool, promise: Broken) {
        if !holds {
            self.0 |= promise.0;
        }
    }

    /// Adds what another set has.
    pub(crate) fn add(&mut self, other: Broken) {
        self.0 |= other.0;
    }

    /// Whether a promise is in the set.
    pub(crate) fn has(self, promise: Broken) -> bool {
        self.0 & promise.0 != 0
    }

    /// Whether the set is not empty.
    pub(crate) fn any(self) -> bool {
        self != Broken::NOTHING
    }
}
