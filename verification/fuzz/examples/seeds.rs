//! Writes what the fuzzer of a door begins from: `cargo run -p fuzz --example seeds -- FOLDER`, a folder a door.

use std::{fs, io, path::PathBuf};

fn main() -> io::Result<()> {
    let Some(folder) = std::env::args_os().nth(1).map(PathBuf::from) else {
        eprintln!("usage: seeds FOLDER");
        std::process::exit(2);
    };
    for door in fuzz::DOORS {
        let folder = folder.join(door.name);
        fs::create_dir_all(&folder)?;
        for (at, seed) in (door.seeds)().iter().enumerate() {
            fs::write(folder.join(format!("seed-{at:03}")), seed)?;
        }
    }
    Ok(())
}
