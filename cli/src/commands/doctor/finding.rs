//! One line of a diagnosis: how bad, what, and what to do about it.

use anstyle::{AnsiColor, Style};
use serde::Serialize;

use crate::{exit::Failure, session::Session};

/// How bad it is.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Level {
    /// As it should be.
    Ok,
    /// It works, but somebody should look.
    Warn,
    /// It does not work.
    Fail,
}

/// What was found.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct Finding {
    level: Level,
    text: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    remedy: String,
}

impl Finding {
    /// A finding; the remedy may be empty.
    pub fn new(level: Level, text: impl Into<String>, remedy: impl Into<String>) -> Finding {
        Finding { level, text: text.into(), remedy: remedy.into() }
    }

    /// All is well.
    pub fn ok(text: impl Into<String>) -> Finding {
        Finding::new(Level::Ok, text, "")
    }

    /// Somebody should look.
    pub fn warn(text: impl Into<String>, remedy: impl Into<String>) -> Finding {
        Finding::new(Level::Warn, text, remedy)
    }

    /// Whether it keeps the system from working.
    pub fn is_failure(&self) -> bool {
        self.level == Level::Fail
    }

    /// What was found and what to do, without how bad it is.
    pub fn sentence(&self) -> String {
        let remedy = if self.remedy.is_empty() { String::new() } else { format!("; {}", self.remedy) };
        format!("{}{remedy}", self.text)
    }

    fn line(&self) -> String {
        let (word, colour) = match self.level {
            Level::Ok => ("ok", AnsiColor::Green),
            Level::Warn => ("warn", AnsiColor::Yellow),
            Level::Fail => ("fail", AnsiColor::Red),
        };
        let style = Style::new().fg_color(Some(colour.into()));
        format!("{style}{word:<4}{style:#}  {}", self.sentence())
    }
}

/// Prints findings: one line each, or one JSON array.
pub fn print(findings: &[Finding], session: &mut Session) -> Result<(), Failure> {
    if session.out.is_json() {
        return session.out.document(&findings);
    }
    findings.iter().try_for_each(|finding| session.out.line(finding.line()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_finding_is_one_line_with_its_remedy() {
        let found = Finding::warn("order: no member is running", "start it: orderctl run order");
        let line = anstream::adapter::strip_str(&found.line()).to_string();
        assert_eq!(line, "warn  order: no member is running; start it: orderctl run order");
    }
}
