//! What ran, and where: the words that stand beside a result, so that it can be repeated.

use std::{path::Path, process::Command};

/// The root of the repository this was built in.
pub fn workspace() -> &'static Path {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    here.ancestors().nth(2).unwrap_or(here)
}

/// The commit that is checked out, and whether anything was changed since. `unknown` where there is no checkout.
pub fn revision() -> String {
    let revision = git(&["rev-parse", "--short=12", "HEAD"]);
    match (revision.is_empty(), changes(&[]).is_empty()) {
        (true, _) => "unknown".to_owned(),
        (false, true) => revision,
        (false, false) => format!("{revision}, with changes"),
    }
}

/// What differs from the commit that is checked out, a line for each file; nothing of these paths.
pub fn changes(but: &[&str]) -> String {
    let but: Vec<String> = but.iter().map(|path| format!(":!{path}")).collect();
    let asked = ["status", "--porcelain", "--"].into_iter().chain(but.iter().map(String::as_str));
    git(&asked.collect::<Vec<_>>())
}

/// What it says; nothing where it fails.
fn git(args: &[&str]) -> String {
    let done = Command::new("git").args(args).current_dir(workspace()).output();
    done.map(|done| String::from_utf8_lossy(&done.stdout).trim().to_owned()).unwrap_or_default()
}

/// Cores, memory and kernel, as the system names them.
pub fn machine() -> String {
    let cores = std::thread::available_parallelism().map_or(0, usize::from);
    let read = |path: &str| std::fs::read_to_string(path).unwrap_or_default();
    let kib: u64 = read("/proc/meminfo")
        .lines()
        .find_map(|line| line.strip_prefix("MemTotal:")?.trim().strip_suffix(" kB")?.parse().ok())
        .unwrap_or_default();
    format!("{cores} cores, {} GiB, Linux {}", kib >> 20, read("/proc/sys/kernel/osrelease").trim())
}
