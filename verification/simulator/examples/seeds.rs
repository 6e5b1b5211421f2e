//! Runs the seeds from one number to another: `cargo run -p simulator --example seeds -- 0 10000`.

use std::process::ExitCode;

use simulator::Coverage;

fn main() -> ExitCode {
    let numbers: Vec<u64> = std::env::args().skip(1).filter_map(|number| number.parse().ok()).collect();
    let &[from, to] = numbers.as_slice() else {
        println!("from which seed to which? for instance: 0 10000");
        return ExitCode::from(2);
    };
    let (mut coverage, mut broken) = (Coverage::default(), 0);
    for seed in from..to {
        match simulator::run(seed) {
            Ok(shop) => coverage.add(&shop.history()),
            Err(wrong) => {
                broken += 1;
                println!("{wrong}");
            }
        }
    }
    coverage.all().for_each(|(what, count)| println!("{count:>8} {what}"));
    println!("{} seeds, {broken} broken", to - from);
    if broken == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}
