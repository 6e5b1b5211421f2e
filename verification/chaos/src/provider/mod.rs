//! The payment provider outside the shop: a process of its own with books on file, which answers late, twice, wrongly
//! or not at all, by the customer's token.
//!
//! | token | the first question | asked again |
//! |---|---|---|
//! | `tok_ok` | captured | captured |
//! | `tok_declined`, `tok_insufficient_funds` | declined | declined |
//! | `tok_error` | status 503, nothing taken | captured |
//! | `tok_lost` | taken, then status 503 | captured |
//! | `tok_late` | taken, the answer comes after a second | captured |
//! | `tok_twice` | taken, half an answer | the answer again |
//! | `tok_contradict` | status 500 that says declined, nothing taken | captured |
//! | `tok_stall` | taken, no answer | captured |

mod habits;
mod ledger;

use std::{
    net::Ipv4Addr,
    path::PathBuf,
    sync::{Arc, Mutex},
};

use anyhow::Result;
use axum::{Router, routing::post};

use self::{habits::Desk, ledger::Ledger};

/// Where it listens and keeps its books.
#[derive(clap::Args)]
pub struct Flags {
    /// Its port on this machine
    #[arg(long)]
    port: u16,
    /// The folder of its books
    #[arg(long)]
    books: PathBuf,
}

/// Serves until it is killed.
pub fn serve(flags: &Flags) -> Result<()> {
    let desk: Desk = Arc::new(Mutex::new((Ledger::open(&flags.books)?, Default::default())));
    let routes = Router::new()
        .route("/captures", post(habits::capture))
        .route("/cancels", post(habits::cancel))
        .route("/refunds", post(habits::refund))
        .with_state(desk);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(async {
        let listener = tokio::net::TcpListener::bind((Ipv4Addr::LOCALHOST, flags.port)).await?;
        println!("provider serves");
        axum::serve(listener, routes).await?;
        Ok(())
    })
}
