//! The repository as Cargo and the disk show it.

use std::{
    fs, io,
    path::{Path, PathBuf},
};

use cargo_metadata::{Metadata, MetadataCommand};

use crate::{Imports, Source};

/// The repository.
pub struct Workspace {
    /// Its root.
    pub root: PathBuf,
    /// What each of its crates depends on.
    pub imports: Vec<Imports>,
    /// Every Rust file.
    pub sources: Vec<Source>,
}

impl Workspace {
    /// Reads the workspace this crate belongs to.
    pub fn read() -> Result<Workspace, String> {
        let manifest = concat!(env!("CARGO_MANIFEST_DIR"), "/Cargo.toml");
        let metadata =
            MetadataCommand::new().manifest_path(manifest).no_deps().exec().map_err(|e| e.to_string())?;
        let root = metadata.workspace_root.clone().into_std_path_buf();
        let mut files = Vec::new();
        for package in metadata.workspace_packages() {
            let folder = package.manifest_path.parent().ok_or("a manifest stands in a folder")?;
            rust_files(folder.as_std_path(), &mut files).map_err(|error| format!("{folder}: {error}"))?;
        }
        Ok(Workspace { imports: imports(&metadata), sources: sources(&root, files)?, root })
    }
}

fn imports(metadata: &Metadata) -> Vec<Imports> {
    let of = |package: &cargo_metadata::Package| Imports {
        package: package.name.to_string(),
        manifest: package
            .manifest_path
            .strip_prefix(&metadata.workspace_root)
            .unwrap_or(&package.manifest_path)
            .to_string(),
        of: package.dependencies.iter().map(|dependency| dependency.name.clone()).collect(),
    };
    metadata.workspace_packages().into_iter().map(of).collect()
}

fn sources(root: &Path, files: Vec<PathBuf>) -> Result<Vec<Source>, String> {
    let mut sources = Vec::new();
    for file in files {
        let text = fs::read_to_string(&file).map_err(|error| format!("{}: {error}", file.display()))?;
        let path = file.strip_prefix(root).unwrap_or(&file).to_string_lossy().replace('\\', "/");
        sources.push(Source::new(&path, &text)?);
    }
    let declared: Vec<String> = sources.iter().flat_map(Source::test_modules).collect();
    for source in &mut sources {
        let below = |module: &String| {
            source.path == format!("{module}.rs") || source.path.starts_with(&format!("{module}/"))
        };
        if declared.iter().any(below) {
            source.for_tests();
        }
    }
    Ok(sources)
}

fn rust_files(folder: &Path, into: &mut Vec<PathBuf>) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() && !path.ends_with("target") {
            rust_files(&path, into)?;
        } else if path.extension().is_some_and(|ending| ending == "rs") {
            into.push(path);
        }
    }
    Ok(())
}
