//! What a broken rule looks like: where, what, and what to do instead.

use std::fmt;

/// A rule is broken.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Breach {
    /// The file, from the root of the repository.
    pub file: String,
    /// The line, from 1.
    pub line: usize,
    /// What stands there, and what should.
    pub what: String,
}

impl Breach {
    /// A breach in one sentence with its remedy.
    pub fn new(file: impl Into<String>, line: usize, what: impl Into<String>) -> Breach {
        Breach { file: file.into(), line, what: what.into() }
    }
}

impl fmt::Display for Breach {
    /// `services/order/src/lib.rs:12: what; remedy`
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}: {}", self.file, self.line, self.what)
    }
}
