//! `man`: the manual, a page for every command, made from what `--help` says.

use std::path::{Path, PathBuf};

use clap::{Command, CommandFactory, builder::Resettable};
use clap_mangen::{
    Man,
    roff::{Roff, bold, roman},
};

use crate::{args::Cli, exit, exit::Failure, session::Session};

/// Flags of `man`.
#[derive(clap::Args, Debug)]
#[command(after_help = "Example: orderctl man --to ~/.local/share/man/man1, then: man orderctl-place")]
pub struct Args {
    /// Write all pages into this folder; without it the page of orderctl is printed
    #[arg(long, value_name = "DIR")]
    to: Option<PathBuf>,
}

/// Prints the first page, or writes all of them.
pub fn run(args: &Args, session: &mut Session) -> Result<(), Failure> {
    let pages = pages();
    let Some(folder) = &args.to else {
        return Ok(session.out.raw().write_all(&pages[0].roff)?);
    };
    write(&pages, folder)
        .map_err(|error| Failure::NotFound(format!("{}: {error}; name another folder", folder.display())))?;
    match session.out.is_json() {
        true => session.out.document(&pages.iter().map(|page| &page.file).collect::<Vec<_>>()),
        false => session.out.line(format_args!("{} pages in {}", pages.len(), folder.display())),
    }
}

fn write(pages: &[Page], folder: &Path) -> std::io::Result<()> {
    std::fs::create_dir_all(folder)?;
    pages.iter().try_for_each(|page| std::fs::write(folder.join(&page.file), &page.roff))
}

/// One page.
struct Page {
    /// The name of its file: `orderctl-stock-show.1`.
    file: String,
    roff: Vec<u8>,
}

/// The page of the program, then those of its commands, each before its own commands.
fn pages() -> Vec<Page> {
    let mut program = Cli::command().disable_help_subcommand(true);
    program.build();
    // The codes have a section of their own.
    let program = program.after_help(Resettable::Reset);
    let mut pages = vec![page(&program, exit::codes())];
    for command in program.get_subcommands() {
        let waits =
            command.get_name() == "watch" || command.get_arguments().any(|arg| arg.get_id() == "wait");
        add(command, &exit::codes_of(command.get_name(), waits), &mut pages);
    }
    pages
}

fn add(command: &Command, codes: &[(&'static str, String)], pages: &mut Vec<Page>) {
    pages.push(page(command, codes.iter().cloned()));
    command.get_subcommands().for_each(|within| add(within, codes, pages));
}

fn page<S: Into<String>>(command: &Command, codes: impl IntoIterator<Item = (&'static str, S)>) -> Page {
    let man = Man::new(command.clone()).source(format!("orderctl {}", env!("CARGO_PKG_VERSION")));
    let mut status = Roff::new();
    status.control("SH", ["EXIT STATUS"]);
    for (code, meaning) in codes {
        status.control("TP", []).text([bold(code)]).text([roman(meaning.into())]);
    }
    let mut roff = Vec::new();
    // Writing into memory cannot fail.
    let written = man.render(&mut roff).and_then(|()| status.to_writer(&mut roff));
    debug_assert!(written.is_ok());
    Page { file: man.get_filename(), roff }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    fn texts() -> BTreeMap<String, String> {
        pages().into_iter().map(|page| (page.file, String::from_utf8(page.roff).unwrap())).collect()
    }

    fn names(command: &Command, path: &str, all: &mut Vec<String>) {
        all.push(format!("{path}.1"));
        for within in command.get_subcommands() {
            names(within, &format!("{path}-{}", within.get_name()), all);
        }
    }

    #[test]
    fn every_command_has_a_page() {
        let mut all = Vec::new();
        names(&Cli::command(), "orderctl", &mut all);
        all.sort();
        assert_eq!(texts().into_keys().collect::<Vec<_>>(), all);
        for page in ["orderctl.1", "orderctl-place.1", "orderctl-stock-show.1"] {
            assert!(all.iter().any(|file| file == page), "{page}");
        }
    }

    #[test]
    fn every_page_names_its_exit_codes_and_no_others() {
        let texts = texts();
        let codes = |file: &str| {
            let (_, status) = texts[file].split_once(".SH \"EXIT STATUS\"").unwrap();
            status
                .lines()
                .filter_map(|line| line.strip_prefix("\\fB")?.strip_suffix("\\fR"))
                .collect::<Vec<_>>()
        };
        for file in texts.keys() {
            assert!(codes(file).starts_with(&["0", "1", "2"]), "{file}: {:?}", codes(file));
        }
        assert_eq!(codes("orderctl-place.1"), ["0", "1", "2", "3", "4", "5", "66", "69", "78", "130"]);
        assert_eq!(codes("orderctl-refund.1"), ["0", "1", "2", "7", "66", "69", "78", "130"]);
        assert_eq!(codes("orderctl-audit.1"), ["0", "1", "2", "5", "6", "66", "69", "78", "130"]);
        assert_eq!(codes("orderctl-schemas-check.1"), ["0", "1", "2", "65", "66", "69", "78", "130"]);
    }

    #[test]
    fn a_page_tells_what_the_help_tells() {
        let page = &texts()["orderctl-doctor.1"];
        for part in [".SH SYNOPSIS", "what keeps the system from working", "Ends with 78", "brokers"] {
            assert!(page.contains(part), "{part}: {page}");
        }
    }
}
