//! What is to be placed: from flags, or from a file with one order a line.

use std::{
    fs::File,
    io::{BufRead, BufReader, stdin},
    path::Path,
};

use events_schema::{
    EventId, Key, PaymentMethod,
    checkout::{OfferedPayment, OrderPlaced, WantedLine},
};
use serde::Deserialize;

use crate::{clock, exit::Failure};

/// An order about to be placed.
#[derive(Clone, PartialEq, Debug)]
pub struct Placement {
    /// The order's id.
    pub order_id: Key,
    /// The id of the event that places it.
    pub event_id: EventId,
    /// What is wanted.
    pub order: OrderPlaced,
}

/// An order by flags. Values are not judged here: the order service refuses with all reasons at once.
#[derive(clap::Args, Debug, Clone)]
pub struct Flags {
    /// A product; repeatable, each with its --quantity
    #[arg(long, value_name = "SKU")]
    sku: Vec<String>,
    /// Pieces of the --sku at the same position; 1 when left out everywhere
    #[arg(long, value_name = "N", requires = "sku", allow_negative_numbers = true)]
    quantity: Vec<i64>,
    /// A product and its pieces; repeatable
    #[arg(long, value_name = "SKU=N", value_parser = line)]
    line: Vec<WantedLine>,
    /// Who buys: a pseudonym
    #[arg(long, default_value = "guest", value_name = "ID")]
    customer: Key,
    /// The currency to pay in; the shop's own when left out
    #[arg(long, value_name = "EUR")]
    currency: Option<String>,
    /// How to pay: card, wallet or bank_transfer
    #[arg(long, default_value = "card", value_parser = method)]
    method: PaymentMethod,
    /// A single-use payment token; the simulated provider knows tok_ok, tok_declined, tok_insufficient_funds,
    /// tok_timeout, tok_late, tok_twice, tok_contradict
    #[arg(long, default_value = "tok_ok")]
    token: String,
    /// The order's id; a UUIDv7 when left out
    #[arg(long, value_name = "ID")]
    order_id: Option<Key>,
    /// Anything the customer wants to say
    #[arg(long, value_name = "TEXT")]
    note: Option<String>,
}

type Placements = Box<dyn Iterator<Item = Result<Placement, Failure>>>;

/// The orders to place, one after the other: a file is read as it goes.
pub fn placements(flags: &Flags, file: Option<&Path>, count: u64) -> Result<Placements, Failure> {
    if let Some(path) = file {
        return from_file(path);
    }
    let order = flags.order()?;
    let given = flags.order_id;
    Ok(Box::new((0..count).map(move |_| {
        let order_id = given.unwrap_or_else(clock::new_order_id);
        Ok(Placement { order_id, event_id: clock::new_event_id(), order: order.clone() })
    })))
}

impl Flags {
    fn order(&self) -> Result<OrderPlaced, Failure> {
        if !self.quantity.is_empty() && self.quantity.len() != self.sku.len() {
            let (skus, quantities) = (self.sku.len(), self.quantity.len());
            return Err(Failure::Usage(format!(
                "{skus} --sku but {quantities} --quantity; give each its own, or --line SKU=N"
            )));
        }
        let quantities = self.quantity.iter().copied().chain(std::iter::repeat(1));
        let mut lines: Vec<WantedLine> = self
            .sku
            .iter()
            .zip(quantities)
            .map(|(sku, quantity)| WantedLine { sku: sku.clone(), quantity })
            .collect();
        lines.extend(self.line.iter().cloned());
        if lines.is_empty() {
            let how = "what is wanted? Give --sku mug --quantity 2, or --line mug=2, or --file orders.ndjson";
            return Err(Failure::Usage(how.to_owned()));
        }
        Ok(OrderPlaced {
            order_id: None,
            customer_id: self.customer.into(),
            lines,
            currency: self.currency.clone(),
            payment: OfferedPayment { method: self.method, token: self.token.clone() },
            note: self.note.clone(),
        })
    }
}

fn from_file(path: &Path) -> Result<Placements, Failure> {
    let name = path.display().to_string();
    let lines: Box<dyn BufRead> = match name.as_str() {
        "-" => Box::new(BufReader::new(stdin())),
        _ => Box::new(BufReader::new(
            File::open(path).map_err(|error| Failure::Usage(format!("--file {name}: {error}")))?,
        )),
    };
    let numbered = lines
        .lines()
        .enumerate()
        .filter(|(_, line)| line.as_ref().map_or(true, |line| !line.trim().is_empty()));
    Ok(Box::new(numbered.map(move |(at, line)| {
        let wrong = |error: String| Failure::Usage(format!("{name} line {}: {error}", at + 1));
        read(&line.map_err(|error| wrong(error.to_string()))?).map_err(wrong)
    })))
}

/// One line of a file: the data of an OrderPlaced, or the whole event.
pub fn read(line: &str) -> Result<Placement, String> {
    #[derive(Deserialize)]
    struct Event {
        #[serde(rename = "type", default)]
        kind: Option<String>,
        #[serde(default)]
        id: Option<EventId>,
        #[serde(default)]
        subject: Option<Key>,
        #[serde(default)]
        data: Option<OrderPlaced>,
    }
    let said = |error: serde_json::Error| error.to_string();
    let value: serde_json::Value = serde_json::from_str(line).map_err(said)?;
    let (order, event) = match value.get("data") {
        None => (serde_json::from_value(value).map_err(said)?, None),
        Some(_) => {
            let mut event: Event = serde_json::from_value(value).map_err(said)?;
            if let Some(kind) = event.kind.as_deref().filter(|kind| *kind != "OrderPlaced") {
                return Err(format!("type is {kind:?}; only OrderPlaced can be placed"));
            }
            (event.data.take().ok_or("data is null")?, Some(event))
        }
    };
    let named = event.as_ref().and_then(|event| event.subject).or(order.order_id);
    Ok(Placement {
        order_id: named.unwrap_or_else(clock::new_order_id),
        event_id: event.and_then(|event| event.id).unwrap_or_else(clock::new_event_id),
        order,
    })
}

fn line(text: &str) -> Result<WantedLine, String> {
    let wrong = || format!("{text:?} is no line: give SKU=N, like mug=2");
    let (sku, quantity) = text.split_once('=').ok_or_else(wrong)?;
    Ok(WantedLine { sku: sku.to_owned(), quantity: quantity.parse().map_err(|_| wrong())? })
}

fn method(text: &str) -> Result<PaymentMethod, String> {
    serde_json::from_value(text.into()).map_err(|_| "card, wallet or bank_transfer".to_owned())
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

    fn order(flags: &str) -> Result<OrderPlaced, Failure> {
        Line::try_parse_from(std::iter::once("place").chain(flags.split_whitespace())).unwrap().flags.order()
    }

    fn lines(flags: &str) -> Vec<(String, i64)> {
        order(flags).unwrap().lines.into_iter().map(|line| (line.sku, line.quantity)).collect()
    }

    #[test]
    fn each_sku_has_the_quantity_at_its_position() {
        let wanted = [("mug".to_owned(), 2), ("poster".to_owned(), 1)];
        assert_eq!(lines("--sku mug --quantity 2 --sku poster --quantity 1"), wanted);
        assert_eq!(lines("--line mug=2 --line poster=1"), wanted);
        assert_eq!(lines("--sku mug"), [("mug".to_owned(), 1)]);
    }

    #[test]
    fn a_missing_quantity_is_not_guessed_when_others_are_given() {
        let refused = order("--sku mug --sku poster --quantity 2").unwrap_err();
        assert_eq!(refused.code(), 2);
    }

    #[test]
    fn a_line_of_a_file_is_an_order_or_a_whole_event() {
        let data =
            r#"{"order_id":"o-7","customer_id":"ada","lines":[],"payment":{"method":"card","token":"t"}}"#;
        assert_eq!(read(data).unwrap().order_id.as_str(), "o-7");
        let event = format!(r#"{{"type":"OrderPlaced","id":"e-1","subject":"o-8","data":{data}}}"#);
        let placement = read(&event).unwrap();
        assert_eq!((placement.order_id.as_str(), placement.event_id.as_str()), ("o-8", "e-1"));
    }

    #[test]
    fn an_event_that_is_no_placement_is_refused() {
        let line = r#"{"type":"OrderCompleted","data":{"customer_id":"a","lines":[],"payment":{"method":"card","token":"t"}}}"#;
        assert!(read(line).unwrap_err().contains("only OrderPlaced"));
        assert!(read(r#"{"lines":[]}"#).unwrap_err().contains("customer_id"));
    }
}
