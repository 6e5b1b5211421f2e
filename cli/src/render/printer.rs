//! Standard output: text or JSON, coloured only on a terminal, quiet when its reader has gone.

use std::io::{BufWriter, StdoutLock, Write};

use anstream::AutoStream;
use serde::Serialize;

use super::table::Table;
use crate::{exit::Failure, settings::Output};

/// Where data goes.
pub struct Printer {
    out: BufWriter<AutoStream<StdoutLock<'static>>>,
    output: Output,
}

impl Printer {
    /// Standard output.
    pub fn stdout(output: Output) -> Printer {
        Printer { out: BufWriter::new(AutoStream::auto(std::io::stdout().lock())), output }
    }

    /// Whether JSON was asked for.
    pub fn is_json(&self) -> bool {
        self.output == Output::Json
    }

    /// One line of text.
    pub fn line(&mut self, text: impl std::fmt::Display) -> Result<(), Failure> {
        Ok(writeln!(self.out, "{text}")?)
    }

    /// A table.
    pub fn table(&mut self, table: &Table) -> Result<(), Failure> {
        Ok(table.write(&mut self.out)?)
    }

    /// One JSON document, over several lines.
    pub fn document(&mut self, value: &impl Serialize) -> Result<(), Failure> {
        serde_json::to_writer_pretty(&mut self.out, value)?;
        Ok(writeln!(self.out)?)
    }

    /// One JSON object on one line.
    pub fn object(&mut self, value: &impl Serialize) -> Result<(), Failure> {
        serde_json::to_writer(&mut self.out, value)?;
        Ok(writeln!(self.out)?)
    }

    /// Sends what was written on its way.
    pub fn flush(&mut self) -> Result<(), Failure> {
        Ok(self.out.flush()?)
    }

    /// For what writes by itself.
    pub fn raw(&mut self) -> &mut dyn Write {
        &mut self.out
    }
}
