//! `demo`: the whole shop in one process: one saga told event by event, a crowd of every fate, then the books.

mod books;
mod crowd;
mod forward;
mod ground;
mod lanes;
mod shop;

use std::{io::IsTerminal, time::Duration};

use self::{books::Outcome, crowd::Crowd, ground::Ground, shop::Shop};
use crate::{clock, exit::Failure, log::Cluster, session::Session};

/// Flags of `demo`.
#[derive(clap::Args, Debug)]
#[command(
    after_help = "Without --brokers a broker runs in this process: in memory, the last 5 MiB of a partition, no
isolation. With --brokers the topics are created there under a prefix of their own.
JSON: one object, the last line of stdout."
)]
pub struct Args {
    /// End when the story is told, instead of staying up for a look around
    #[arg(long)]
    once: bool,
    /// How many orders, the told one included
    #[arg(long, default_value_t = 40, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=100_000))]
    orders: u32,
}

/// Shows it. Fails with [`Failure::Broken`] if an order did not end or the books do not balance.
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
    let stays = !args.once && !session.out.is_json() && std::io::stdout().is_terminal();
    if stays {
        ground.invite(session)?;
        while session.interrupt.check().is_ok() && shop.is_open() {
            clock::pause(Duration::from_millis(100));
        }
    }
    shop.close()?;
    outcome.verdict()
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
