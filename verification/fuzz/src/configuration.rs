//! `configuration`: the flags of every service, and the `ORDERS_*` variables that stand for them.
//!
//! A wrong value is refused in words; a right one makes a service that runs.

use std::ffi::OsString;

use choreography::{
    Service, Task,
    host::{Connection, Options},
};
use clap::{CommandFactory, Parser};
use order::Order;

use crate::{
    frame::{APPENDED, Frame},
    lane::Lane,
    samples::samples,
};

/// Everything a process of all services can be told.
#[derive(Parser, Debug)]
#[command(name = "services")]
struct Told {
    #[command(flatten)]
    connection: Connection,
    #[command(flatten)]
    options: Options,
    #[command(flatten)]
    order: order::Flags,
    #[command(flatten)]
    inventory: inventory::Flags,
    #[command(flatten)]
    payment: payment::Flags,
}

/// One word a line: a flag, a value, or `ORDERS_NAME=value`. A variable is read as its flag is, so that it is given as
/// one: the environment of the process is left alone.
pub fn configuration(bytes: &[u8]) {
    let words = String::from_utf8_lossy(bytes);
    let words = words.lines().take(40).map(flag_of);
    match Told::try_parse_from(std::iter::once(OsString::from("services")).chain(words.map(OsString::from))) {
        Ok(told) => runs(&told),
        Err(refusal) => assert!(!refusal.to_string().is_empty()),
    }
}

/// `ORDERS_COMMIT_MS=5` is `--commit-ms=5`.
fn flag_of(word: &str) -> String {
    let command = Told::command();
    let variable = word.split_once('=').filter(|(name, _)| name.starts_with("ORDERS_"));
    let flag = variable.and_then(|(name, value)| {
        let named = |arg: &&clap::Arg| arg.get_env().is_some_and(|env| env == name);
        let long = command.get_arguments().find(named)?.get_long()?;
        Some(format!("--{long}={value}"))
    });
    flag.unwrap_or_else(|| word.to_owned())
}

fn runs(told: &Told) {
    let settings = told.options.settings::<Order>(&told.connection);
    assert!(settings.identity().starts_with(&settings.group_id()));
    let pace = told.options.pace();
    assert!(pace.records > 0, "a worker that takes nothing");
    refused_in_words(told.inventory.make().map(drop));
    refused_in_words(told.payment.make().map(drop));
    let make = match told.order.make() {
        Ok(make) => make,
        Err(words) => return assert!(!words.is_empty()),
    };
    decides(make().0);
}

fn refused_in_words(made: Result<(), String>) {
    assert!(made.err().is_none_or(|words| !words.is_empty()));
}

/// The service decides with these settings whatever the samples make it decide.
fn decides(order: Order) {
    let mut lane = Lane::new(order, Task { partition: 0, partitions: 1 }, APPENDED);
    for sample in samples() {
        let topics = sample.topics.iter().copied();
        topics.for_each(|topic| drop(lane.hear(&Frame { topic, ..sample.frame() }.at(0, 0))));
    }
    if let Some(command) = Order::due(crate::samples::subject_of("OrderPlaced")) {
        lane.take(&command);
    }
}
