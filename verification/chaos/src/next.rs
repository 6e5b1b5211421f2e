//! The next version, for a roll-out: these sources with an optional field more in one event, which it writes and reads.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::{Context, Result, ensure};

/// The field that the next version adds to OrderConfirmed.
pub const FIELD: &str = "confirmed_by";

/// One place of the sources that the next version words differently.
struct Change {
    file: &'static str,
    now: &'static str,
    next: &'static str,
}

/// What anybody would write who adds the field: the contract says it, the order service fills it. And the version: by it
/// cargo tells the two apart, whose dependencies are built once.
const CHANGES: [Change; 3] = [
    Change {
        file: "Cargo.toml",
        now: "[workspace.package]\nversion = \"",
        next: "[workspace.package]\nversion = \"9",
    },
    Change {
        file: "events-schema/src/orders.rs",
        now: "pub struct OrderConfirmed {}",
        next: "pub struct OrderConfirmed {
    /// Which version confirmed it; absent: one that did not say.
    #[serde(default, skip_serializing_if = \"Option::is_none\")]
    pub confirmed_by: Option<String>,
}",
    },
    Change {
        file: "services/order/src/decide.rs",
        now: "OrderConfirmed {}",
        next: "OrderConfirmed { confirmed_by: Some(\"next\".to_owned()) }",
    },
];

/// Writes its sources to a folder; what stands there as it must be is not touched, so that it is not built again.
pub fn write(workspace: &Path, to: &Path) -> Result<()> {
    for file in files(workspace)? {
        let source = fs::read(workspace.join(&file)).with_context(|| file.display().to_string())?;
        let source = changed(&file, source)?;
        let place = to.join(&file);
        if fs::read(&place).is_ok_and(|old| old == source) {
            continue;
        }
        fs::create_dir_all(place.parent().context("a file in no folder")?)?;
        fs::write(place, source)?;
    }
    Ok(())
}

/// Every file of the repository that is there, kept in git or not yet.
fn files(workspace: &Path) -> Result<Vec<PathBuf>> {
    let mut git = Command::new("git");
    git.args(["ls-files", "-z", "--cached", "--others", "--exclude-standard"]).current_dir(workspace);
    let listed = git.output().context("git does not start")?;
    ensure!(listed.status.success(), "git: {}", String::from_utf8_lossy(&listed.stderr));
    let names = String::from_utf8(listed.stdout).context("a name that is no text")?;
    let all = names.split_terminator('\0').map(PathBuf::from);
    Ok(all.filter(|file| workspace.join(file).is_file()).collect())
}

fn changed(file: &Path, source: Vec<u8>) -> Result<Vec<u8>> {
    let Some(change) = CHANGES.iter().find(|change| Path::new(change.file) == file) else {
        return Ok(source);
    };
    let text = String::from_utf8(source).with_context(|| change.file.to_owned())?;
    let places = text.matches(change.now).count();
    ensure!(places == 1, "{} has {:?} {places} times: what is the next version?", change.file, change.now);
    Ok(text.replace(change.now, change.next).into_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_next_version_can_be_made_of_these_sources() {
        for change in &CHANGES {
            let source = fs::read(rig::workspace().join(change.file)).unwrap();
            let next = changed(Path::new(change.file), source.clone()).unwrap();
            assert_ne!(next, source, "{}", change.file);
        }
    }

    #[test]
    fn a_file_it_does_not_change_stays_as_it_is() {
        assert_eq!(changed(Path::new("README.md"), b"\xff".to_vec()).unwrap(), b"\xff");
    }
}
