//! The checker of manifests as a program: `check`, `schemas`, `queries`, `write`.

use std::{
    fs,
    path::{Path, PathBuf},
    process::ExitCode,
};

use anyhow::Context;
use clap::{Parser, Subcommand};
use cluster::{dashboards, made, manifest, root, schemas, source::Code};

/// Exit codes: 0 nothing to complain about; 1 complaints, or a file that cannot be read; 2 usage.
#[derive(Parser)]
#[command(version, about = "Holds rendered manifests against rules of our own and against the code")]
struct Line {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Say what is wrong with a rendered file, one complaint a line; 1 if there is any
    Check {
        /// What `kustomize build` printed
        file: PathBuf,
    },
    /// Make JSON Schemas for kubeconform
    Schemas {
        /// Kubernetes' own schemas, strict ones
        #[arg(long)]
        kubernetes: PathBuf,
        /// Where to write them
        #[arg(long)]
        to: PathBuf,
        /// Files of CustomResourceDefinitions
        definitions: Vec<PathBuf>,
    },
    /// Print the dashboards' queries as a file of rules, for promtool
    Queries {
        /// One a line instead: the panel, a tab, the query
        #[arg(long)]
        lines: bool,
    },
    /// Write the files that are made: from the contract, from the alarms, and the dashboards
    Write,
}

fn main() -> ExitCode {
    match run(&Line::parse().command) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("{error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run(command: &Command) -> anyhow::Result<bool> {
    match command {
        Command::Check { file } => check(file),
        Command::Schemas { kubernetes, to, definitions } => make_schemas(kubernetes, to, definitions),
        Command::Queries { lines } => print_queries(*lines),
        Command::Write => write(),
    }
}

fn read(file: &Path) -> anyhow::Result<String> {
    fs::read_to_string(file).with_context(|| file.display().to_string())
}

fn check(file: &Path) -> anyhow::Result<bool> {
    let all = manifest::read(&read(file)?).with_context(|| file.display().to_string())?;
    let found = cluster::complaints(&all, &Code::read(root())?);
    found.iter().for_each(|line| println!("{line}"));
    println!("{}: {} objects, {} complaints", file.display(), all.len(), found.len());
    Ok(found.is_empty() && !all.is_empty())
}

fn make_schemas(kubernetes: &Path, to: &Path, definitions: &[PathBuf]) -> anyhow::Result<bool> {
    fs::create_dir_all(to)?;
    let copied = schemas::copy_kubernetes(kubernetes, to)?;
    let mut taken = 0;
    for file in definitions {
        taken += schemas::from_definitions(&read(file)?, to).with_context(|| file.display().to_string())?;
    }
    println!("{copied} schemas of Kubernetes, {taken} of operators");
    Ok(copied > 0)
}

fn print_queries(lines: bool) -> anyhow::Result<bool> {
    if lines {
        dashboards::queries().for_each(|(panel, query)| println!("{panel}\t{query}"));
        return Ok(true);
    }
    print!("{}", serde_norway::to_string(&dashboards::as_rules())?);
    Ok(true)
}

fn write() -> anyhow::Result<bool> {
    for made in made::all()? {
        fs::write(made.place(), &made.text).with_context(|| made.path.clone())?;
        println!("{}", made.path);
    }
    Ok(true)
}
