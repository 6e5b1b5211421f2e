//! What stands outside the log: the provider's ledger, what clients were answered, and what views showed.

use std::{
    fs::File,
    io::{BufRead, BufReader, Seek, SeekFrom},
    path::{Path, PathBuf},
    time::Duration,
};

use events_schema::Malformed;
use invariants::{Answer, Movement, Sighting};

use crate::{Failure, Flags};

/// Witnesses beside the log, as far as they were named.
pub(crate) struct Outside {
    ledger: Option<Source<Movement>>,
    /// So many of the ledger's movements were there before the log was read.
    before: usize,
    answers: Option<Source<Answer>>,
    views: Option<Source<Sighting>>,
}

/// A growing list of lines.
struct Source<T> {
    from: From,
    parse: fn(&str) -> Result<T, Malformed>,
    lines: Vec<T>,
}

enum From {
    /// A file to which lines are added, read up to here.
    File(PathBuf, u64),
    /// An address that gives the whole list.
    Url(String),
}

/// Reads a whole ledger, from a file or an address.
///
/// # Errors
/// [`Failure::Usage`] if it cannot be read, or names the line that is no movement.
pub fn ledger(from: &str) -> Result<Vec<Movement>, Failure> {
    let text = match From::named(from) {
        From::File(path, _) => std::fs::read_to_string(path).map_err(|error| error.to_string()),
        From::Url(url) => fetch(&url).map_err(|error| error.to_string()),
    };
    parse_all(from, &text.map_err(|error| Failure::Usage(format!("{from}: {error}")))?, Movement::parse)
}

impl From {
    fn named(from: &str) -> From {
        match from.starts_with("http://") || from.starts_with("https://") {
            true => From::Url(from.to_owned()),
            false => From::File(from.into(), 0),
        }
    }
}

impl Outside {
    /// The witnesses named by the flags, nothing read yet.
    pub(crate) fn new(flags: &Flags) -> Outside {
        let ledger = flags.ledger.as_ref().map(|ledger| Source {
            from: From::named(ledger),
            parse: Movement::parse,
            lines: Vec::new(),
        });
        let answers = flags.answers.as_deref().map(|path| Source::of(path, Answer::parse));
        let views = flags.views.as_deref().map(|path| Source::of(path, Sighting::parse));
        Outside { ledger, before: 0, answers, views }
    }

    /// To be called before the log's ends are asked for: whatever was answered and whatever made money move by then
    /// stands before them.
    pub(crate) fn read(&mut self) -> Result<(), Failure> {
        self.answers.as_mut().map_or(Ok(()), Source::read)?;
        self.views.as_mut().map_or(Ok(()), Source::read)?;
        self.read_ledger()?;
        self.before = self.ledger.as_ref().map_or(0, |source| source.lines.len());
        Ok(())
    }

    /// To be called again after the log was read, when everything has settled: what stands on the log has happened.
    pub(crate) fn read_ledger(&mut self) -> Result<(), Failure> {
        self.ledger.as_mut().map_or(Ok(()), Source::read)
    }

    /// The ledger: all of it when everything has settled, else what was there before the log was read.
    pub(crate) fn ledger(&self, settled: bool) -> Option<&[Movement]> {
        let all = self.ledger.as_ref()?.lines.as_slice();
        Some(if settled { all } else { &all[..self.before.min(all.len())] })
    }

    pub(crate) fn answers(&self) -> Option<&[Answer]> {
        self.answers.as_ref().map(|source| source.lines.as_slice())
    }

    pub(crate) fn views(&self) -> Option<&[Sighting]> {
        self.views.as_ref().map(|source| source.lines.as_slice())
    }
}

impl<T> Source<T> {
    fn of(path: &Path, parse: fn(&str) -> Result<T, Malformed>) -> Source<T> {
        Source { from: From::File(path.to_owned(), 0), parse, lines: Vec::new() }
    }

    fn read(&mut self) -> Result<(), Failure> {
        match &mut self.from {
            From::File(path, at) => *at = read_file(path, *at, &mut self.lines, self.parse)?,
            From::Url(url) => {
                let text = fetch(url).map_err(|error| Failure::Usage(format!("{url}: {error}")))?;
                self.lines = parse_all(url, &text, self.parse)?;
            }
        }
        Ok(())
    }
}

/// Every line that is not empty.
fn parse_all<T>(name: &str, text: &str, parse: fn(&str) -> Result<T, Malformed>) -> Result<Vec<T>, Failure> {
    let lines = text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty());
    let wrong = |number: usize, error| Failure::Usage(format!("{name}: line {}: {error}", number + 1));
    lines.map(|(number, line)| parse(line.trim()).map_err(|error| wrong(number, error))).collect()
}

/// Adds the lines behind `from`; returns where they end. A line without an end is still being written.
fn read_file<T>(
    path: &Path,
    from: u64,
    lines: &mut Vec<T>,
    parse: fn(&str) -> Result<T, Malformed>,
) -> Result<u64, Failure> {
    let unread = |error: std::io::Error| Failure::Usage(format!("{}: {error}", path.display()));
    let mut file = File::open(path).map_err(unread)?;
    file.seek(SeekFrom::Start(from)).map_err(unread)?;
    let (mut file, mut at, mut line) = (BufReader::new(file), from, String::new());
    loop {
        line.clear();
        let length = file.read_line(&mut line).map_err(unread)?;
        if !line.ends_with('\n') {
            return Ok(at);
        }
        if !line.trim().is_empty() {
            let wrong = |error| Failure::Usage(format!("{}: at byte {at}: {error}", path.display()));
            lines.push(parse(line.trim()).map_err(wrong)?);
        }
        at += length as u64;
    }
}

fn fetch(url: &str) -> Result<String, Box<dyn std::error::Error>> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let client = reqwest::Client::builder().timeout(Duration::from_secs(30)).build()?;
    let text = runtime.block_on(async { client.get(url).send().await?.error_for_status()?.text().await })?;
    Ok(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(line: &str) -> Result<usize, Malformed> {
        Ok(line.len())
    }

    #[test]
    fn a_file_that_grows_is_read_on_and_a_line_half_written_is_left() {
        let path = std::env::temp_dir().join(format!("auditor-outside-{}", std::process::id()));
        let mut lines = Vec::new();
        std::fs::write(&path, "a\n\nbb\ncc").unwrap();
        let at = read_file(&path, 0, &mut lines, parse).unwrap();
        assert_eq!((at, lines.as_slice()), (6, [1, 2].as_slice()));
        std::fs::write(&path, "a\n\nbb\ncccc\n").unwrap();
        read_file(&path, at, &mut lines, parse).unwrap();
        assert_eq!(lines, [1, 2, 4]);
        std::fs::remove_file(&path).unwrap();
    }
}
