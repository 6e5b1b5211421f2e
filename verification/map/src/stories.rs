//! The five main stories of an order, each run in the simulator.

use std::time::Duration;

use events_schema::Key;
use invariants::History;
use simulator::{Plan, Shop};

/// One order's story.
pub struct Story {
    /// What becomes of it.
    pub title: &'static str,
    /// How it comes to that.
    pub about: &'static str,
    /// The order.
    pub order: Key,
    /// The log.
    pub history: History,
}

/// All five.
///
/// # Errors
/// What the simulator says if a shop cannot be opened or does not come to rest.
pub fn stories() -> Result<Vec<Story>, String> {
    let usual = Duration::from_secs(900);
    Ok(vec![
        told("An order completes", "There is enough, and the card is good.", "tok_ok", 1, usual, false)?,
        told("The card is declined", "The pieces go back on the shelf.", "tok_declined", 1, usual, false)?,
        told("Out of stock", "Ten mugs are there, eleven are wanted.", "tok_ok", 11, usual, false)?,
        told(
            "Cancelled while it is being paid",
            "The provider's answer comes after the cancellation: what it captured goes back.",
            "tok_late",
            1,
            usual,
            true,
        )?,
        told(
            "Expired",
            "The provider is silent until the order's time is over; what it turns out to have captured goes back.",
            "tok_timeout",
            1,
            Duration::from_secs(2),
            false,
        )?,
    ])
}

fn told(
    title: &'static str,
    about: &'static str,
    token: &str,
    mugs: i64,
    lifetime: Duration,
    cancelled: bool,
) -> Result<Story, String> {
    let mut plan = Plan::quiet(1, 10);
    plan.lifetime = lifetime;
    let mut shop = Shop::open(plan)?;
    let key = |text: &str| text.parse::<Key>().map_err(|error| error.to_string());
    let (order, mug) = (key("o-1")?, key("mug")?);
    shop.place(order, token, &[(mug, mugs)]);
    if cancelled {
        shop.wait(Duration::from_millis(500));
        shop.cancel(order);
    }
    shop.settle()?;
    Ok(Story { title, about, order, history: History::clone(&shop.history()) })
}
