//! The provider's books: what it did with each order's money, on file before it is answered, and read again at a start.

use std::{
    collections::BTreeMap,
    fs::{self, File, OpenOptions},
    io::Write,
    path::Path,
};

use anyhow::{Context, Result};
use events_schema::{Key, Money};
use invariants::{Movement, MovementKind};
use serde::{Deserialize, Serialize};

/// One order's account.
#[derive(Clone, Debug, Default)]
pub struct Account {
    /// What was taken.
    pub charged: Option<Money>,
    /// Whether it was given back.
    pub refunded: bool,
    /// What was said instead of taking it: a reason, or that it never will be.
    pub refused: Option<Refused>,
}

/// Why no money is taken, now or ever.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Refused {
    /// The card was declined.
    Declined,
    /// There was not enough on it.
    InsufficientFunds,
    /// The shop did not want it any more.
    Cancelled,
}

/// A line of the file of refusals.
#[derive(Serialize, Deserialize)]
struct Refusal {
    order: Key,
    refused: Refused,
}

/// The books. A line is written whole before the answer goes out; so they survive the process, not the machine.
pub struct Ledger {
    accounts: BTreeMap<Key, Account>,
    movements: File,
    refusals: File,
    journal: File,
}

impl Ledger {
    /// Opens the books of this folder, or begins them.
    pub fn open(folder: &Path) -> Result<Ledger> {
        let mut accounts: BTreeMap<Key, Account> = BTreeMap::new();
        for line in lines(&folder.join("ledger.ndjson"))? {
            let Movement { kind, order, amount } = Movement::parse(&line).context("a line of the ledger")?;
            let account = accounts.entry(order).or_default();
            match kind {
                MovementKind::Charged => account.charged = Some(amount),
                MovementKind::Refunded => account.refunded = true,
            }
        }
        for line in lines(&folder.join("refusals.ndjson"))? {
            let Refusal { order, refused } = serde_json::from_str(&line)?;
            accounts.entry(order).or_default().refused = Some(refused);
        }
        let append = |name: &str| OpenOptions::new().create(true).append(true).open(folder.join(name));
        let (movements, refusals) = (append("ledger.ndjson")?, append("refusals.ndjson")?);
        Ok(Ledger { accounts, movements, refusals, journal: append("journal.ndjson")? })
    }

    /// An order's account as it stands.
    pub fn account(&self, order: &Key) -> Account {
        self.accounts.get(order).cloned().unwrap_or_default()
    }

    /// Takes the money, once.
    pub fn charge(&mut self, order: Key, amount: Money) -> Result<()> {
        append(&mut self.movements, &Movement { kind: MovementKind::Charged, order, amount })?;
        self.accounts.entry(order).or_default().charged = Some(amount);
        Ok(())
    }

    /// Gives it back, once.
    pub fn refund(&mut self, order: Key, amount: Money) -> Result<()> {
        append(&mut self.movements, &Movement { kind: MovementKind::Refunded, order, amount })?;
        self.accounts.entry(order).or_default().refunded = true;
        Ok(())
    }

    /// Takes none.
    pub fn refuse(&mut self, order: Key, refused: Refused) -> Result<()> {
        append(&mut self.refusals, &Refusal { order, refused })?;
        self.accounts.entry(order).or_default().refused = Some(refused);
        Ok(())
    }

    /// Notes how it misbehaved, for the report.
    pub fn note(&mut self, order: Key, did: &str) -> Result<()> {
        append(&mut self.journal, &serde_json::json!({ "did": did, "order": order.as_str() }))
    }
}

fn append(file: &mut File, line: &impl Serialize) -> Result<()> {
    let mut bytes = serde_json::to_vec(line)?;
    bytes.push(b'\n');
    // One write: a killed process leaves a whole line or none.
    Ok(file.write_all(&bytes)?)
}

/// The whole lines of a file that need not be there. What was not ended was not answered: it is cut off.
fn lines(path: &Path) -> Result<Vec<String>> {
    let Ok(text) = fs::read_to_string(path) else { return Ok(Vec::new()) };
    let whole = text.rfind('\n').map_or(0, |at| at + 1);
    if whole < text.len() {
        OpenOptions::new().write(true).open(path)?.set_len(whole as u64)?;
    }
    Ok(text[..whole].lines().map(str::to_owned).collect())
}

#[cfg(test)]
mod tests {
    use events_schema::Currency;

    use super::*;

    #[test]
    fn the_books_survive_a_death_in_the_middle_of_a_line() {
        let folder = std::env::temp_dir().join(format!("chaos-ledger-{}", std::process::id()));
        fs::create_dir_all(&folder).unwrap();
        let [one, two]: [Key; 2] = ["o-1", "o-2"].map(|order| order.parse().unwrap());
        let money = Money::new(1_250, Currency::EUR);
        let mut ledger = Ledger::open(&folder).unwrap();
        ledger.charge(one, money).unwrap();
        ledger.refund(one, money).unwrap();
        ledger.refuse(two, Refused::Cancelled).unwrap();
        ledger.movements.write_all(br#"{"movement":"cha"#).unwrap();
        drop(ledger);
        let mut ledger = Ledger::open(&folder).unwrap();
        assert!(ledger.account(&one).refunded && ledger.account(&one).charged == Some(money));
        assert_eq!(ledger.account(&two).refused, Some(Refused::Cancelled));
        ledger.charge(two, money).unwrap();
        drop(ledger);
        assert_eq!(Ledger::open(&folder).unwrap().account(&two).charged, Some(money));
        fs::remove_dir_all(&folder).unwrap();
    }
}
