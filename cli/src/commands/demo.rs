//! `demo`: the whole shop in one process: one saga told event by event, a crowd of every fate, then the books; and act two,
//! thousands of orders under faults in simulated time.

mod books;
mod crowd;
mod forward;
mod ground;
mod lanes;
mod shop;
mod storm;

use std::{io::IsTerminal, time::Duration};

use serde::Serialize;

use self::{books::Outcome, crowd::Crowd, ground::Ground, shop::Shop, storm::Storm};
use crate::{clock, exit::Failure, log::Cluster, session::Session};

/// Flags of `demo`.
#[derive(clap::Args, Debug)]
#[command(
    after_help = "Without --brokers a broker runs in this process: in memory, the last 5 MiB of a partition, no
isolation. With --brokers the topics are created there under a prefix of their own. Act two needs no broker.
JSON: one object, the last line of stdout."
)]
pub struct Args {
    /// End when the story is told, instead of staying up for a look around
    #[arg(long)]
    once: bool,
    /// How many orders, the told one included
    #[arg(long, default_value_t = 40, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=100_000))]
    orders: u32,
    /// Act two: the first of a hundred histories; the same number gives the same faults and the same events
    #[arg(long, default_value_t = 7, value_name = "N")]
    seed: u32,
}

/// Both acts, for programs.
#[derive(Serialize)]
struct Account<'a> {
    #[serde(flatten)]
    outcome: &'a Outcome,
    simulated: &'a Storm,
}

/// Shows it. Fails with [`Failure::Broken`] if an order did not end, the books do not balance or a
/// promise is broken.
pub fn run(args: &Args, session: &mut Session) -> Result<(), Failure> {
    let began = clock::instant();
    let ground = Ground::lay(session)?;
    let cluster = ground.cluster()?;
    let mut shop = Shop::open(&ground)?;
    let told = tell(args, began, &ground, &cluster, &shop, session);
    let outcome = match told {
        Ok(outcome) => outcome,
        Err(failure) => return shop.close().and(Err(failure)),
    };
    outcome.print(session)?;
    let storm = storm::pass(args.seed, session)?;
    if session.out.is_json() {
        session.out.object(&Account { outcome: &outcome, simulated: &storm })?;
        session.out.flush()?;
    }
    let stays = !args.once && !session.out.is_json() && std::io::stdout().is_terminal();
    if stays {
        ground.invite(session)?;
        while session.interrupt.check().is_ok() && shop.is_open() {
            clock::pause(Duration::from_millis(100));
        }
    }
    shop.close()?;
    outcome.verdict().and(storm.verdict())
}

fn tell(
    args: &Args,
    began: std::time::Instant,
    ground: &Ground,
    cluster: &Cluster,
    shop: &Shop,
    session: &mut Session,
) -> Result<Outcome, Failure> {
    shop.wait_until_ready(session)?;
    if !session.out.is_json() {
        session.out.line(format_args!(
            "order, inventory and payment in one process · {} · ready in {:.1} s\n",
            ground.describe(),
            began.elapsed().as_secs_f64()
        ))?;
        session.out.flush()?;
    }
    let crowd = Crowd::of(args.orders - 1);
    let writer = cluster.writer()?;
    crowd.stock_up(cluster, &writer)?;
    let hero = lanes::tell_one(cluster, &writer, session)?;
    crowd.place(cluster, &writer)?;
    books::settle(&hero, &crowd, cluster, shop, began, session)
}
