//! SIGKILL, at any moment; and the return, at once or after others have taken over.

use anyhow::{Result, ensure};
use rand::{Rng, rngs::StdRng, seq::SliceRandom};

use super::{Evidence, name, pauses, seats};
use crate::{process::is_gone, shop::Shop};

/// Kills one to three processes and starts them again. A lone victim may stay away until its neighbour has its tasks.
pub fn kill(shop: &mut Shop, draw: &mut StdRng) -> Result<Evidence> {
    let mut victims = seats();
    victims.shuffle(draw);
    victims.truncate([1, 1, 1, 2, 3][draw.random_range(0..5)]);
    let long = victims.len() == 1 && draw.random_range(0..4) == 0;
    let mut evidence = Evidence::new();
    if long {
        pauses::await_tasks(shop, victims[0])?;
    }
    shop.busy = victims.clone();
    let mut gone = Vec::new();
    for victim in &victims {
        let pid = shop.fleet.kill(*victim)?;
        ensure!(is_gone(pid), "{} is still there as {pid}", name(*victim));
        gone.push(pid);
    }
    if long {
        evidence.push(pauses::await_take_over(shop, victims[0])?);
    }
    for victim in &victims {
        shop.fleet.start(*victim)?;
    }
    shop.await_ready(&victims)?;
    for (victim, old) in victims.into_iter().zip(gone) {
        let new = shop.fleet.process(victim)?.pid();
        evidence.push(format!("{}: process {old} is gone, {new} is ready", name(victim)));
    }
    Ok(evidence)
}
