//! Real events for the floor to write, so that its records are as long, and compress as badly, as the saga's.

use std::{
    collections::BTreeMap,
    fs::File,
    io::{BufReader, BufWriter},
    path::Path,
};

use anyhow::{Context, Result};

use crate::count::Count;

/// What a stage may write: of each event, some values that the saga wrote.
pub struct Pool {
    values: BTreeMap<String, Vec<String>>,
    next: usize,
}

impl Pool {
    /// Keeps the values of a counted round in a file.
    pub fn keep(count: &Count, file: &Path) -> Result<()> {
        let text = |values: &Vec<Vec<u8>>| -> Vec<String> {
            values.iter().map(|value| String::from_utf8_lossy(value).into_owned()).collect()
        };
        let values: BTreeMap<&String, Vec<String>> =
            count.values.iter().map(|(event, values)| (event, text(values))).collect();
        Ok(serde_json::to_writer(BufWriter::new(File::create(file)?), &values)?)
    }

    /// The values in a file.
    pub fn read(file: &Path) -> Result<Pool> {
        let values = serde_json::from_reader(BufReader::new(File::open(file)?)).context("the pool")?;
        Ok(Pool { values, next: 0 })
    }

    /// Another value of this event.
    pub fn next(&mut self, event: &str) -> Result<&[u8]> {
        let values = self.values.get(event).with_context(|| format!("no {event} in the pool"))?;
        self.next += 1;
        Ok(values[self.next % values.len()].as_bytes())
    }
}
