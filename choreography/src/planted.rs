//! Planted mistakes: what the machine could get wrong inside, made on purpose, to see that the proof notices.
//!
//! Only a build with the feature `planted` can make one, and no shipped binary has it: without the feature every
//! question here is answered by a constant.

/// A mistake of the machine.
#[cfg_attr(not(feature = "planted"), expect(dead_code, reason = "nobody can plant one"))]
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Mistake {
    /// An abort takes the positions back, but not the state.
    AbortWithoutUndo,
    /// Facts get new ids whenever they are said, so that a repetition cannot be told from news.
    FreshIds,
    /// A deadline fires as soon as it has come, whatever is still to be consumed.
    DeadlineBeforeDrain,
}

#[cfg(feature = "planted")]
mod switch {
    use std::cell::Cell;

    use super::Mistake;

    thread_local! {
        static PLANTED: Cell<Option<Mistake>> = const { Cell::new(None) };
        static DRAWN: Cell<usize> = const { Cell::new(0) };
    }

    /// From now on the machine makes this mistake, or none, on this thread. What is to be different every time is drawn
    /// from `from` on.
    pub fn plant(mistake: Option<Mistake>, from: usize) {
        PLANTED.set(mistake);
        DRAWN.set(from);
    }

    /// Whether the machine makes this mistake.
    pub(crate) fn makes(mistake: Mistake) -> bool {
        PLANTED.get() == Some(mistake)
    }

    /// By how much an ordinal strays: never twice by the same.
    pub(crate) fn stray() -> usize {
        if !makes(Mistake::FreshIds) {
            return 0;
        }
        DRAWN.set(DRAWN.get() + 1);
        DRAWN.get()
    }
}

#[cfg(not(feature = "planted"))]
mod switch {
    use super::Mistake;

    pub(crate) const fn makes(_: Mistake) -> bool {
        false
    }

    pub(crate) const fn stray() -> usize {
        0
    }
}

#[cfg(feature = "planted")]
pub use switch::plant;
pub(crate) use switch::{makes, stray};
