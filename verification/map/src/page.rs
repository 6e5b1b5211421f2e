//! `docs/CHOREOGRAPHY.md`, as text.

use std::{
    collections::BTreeSet,
    fmt::{self, Display, Formatter},
};

use events_schema::{Source, Topic, schema::Described};
use invariants::ONCE;

use crate::{
    Map,
    cycles::cycles,
    flowchart::{of_orders, of_stock},
    roles::{PACED, ROLES, Role},
    rows::{Row, is_of_machine},
    seen::Name,
    sequence::sequence,
};

/// The command that writes the page.
pub const COMMAND: &str = "cargo run -p map";

impl Display for Map {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        self.head(f)?;
        self.table(f)?;
        self.charts(f)?;
        self.sequences(f)?;
        self.undoings(f)?;
        self.ends(f)
    }
}

impl Map {
    fn head(&self, f: &mut Formatter<'_>) -> fmt::Result {
        writeln!(
            f,
            "# The choreography\n\n<!-- Written by `{COMMAND}`; do not edit. A test compares. -->\n"
        )?;
        writeln!(
            f,
            "Who says what, who hears it, and what comes of it. Who hears is read from the services' own rows\n\
             (`reactions.rs` of each); what causes what was seen in {} simulated histories, calm ones and storms. The data\n\
             of each event: [CONTRACT](CONTRACT.md).\n",
            self.seen.histories
        )
    }

    fn table(&self, f: &mut Formatter<'_>) -> fmt::Result {
        for topic in Topic::ALL {
            let mut here = self
                .events
                .iter()
                .filter(|event| event.topics[0] == topic && !is_of_machine(event))
                .peekable();
            if here.peek().is_none() {
                continue;
            }
            let by = topic.owner().map_or("front ends", Source::name);
            writeln!(
                f,
                "## `{topic}`, written by {by}\n\n| event | said because of | heard by |\n|---|---|---|"
            )?;
            here.try_for_each(|event| self.row(event, f))?;
            writeln!(f)?;
        }
        writeln!(f, "## On each service's own topic, by the machine\n\n| event | for |\n|---|---|")?;
        for event in self.events.iter().filter(|event| is_of_machine(event)) {
            writeln!(f, "| {} | {} |", event.event, event.for_others().unwrap_or_default())?;
        }
        writeln!(f)
    }

    fn row(&self, event: &Described, f: &mut Formatter<'_>) -> fmt::Result {
        let causes: Vec<String> =
            self.seen.causes_of(event.event).map(|cause| self.cause(cause, event)).collect();
        let listens = |row: &&Row| row.event == event.event;
        let mut heard: Vec<String> = self.rows.iter().filter(listens).map(Row::heard).collect();
        heard.extend(event.for_others().map(|whom| format!("*{whom}*")));
        writeln!(f, "| {} | {} | {} |", event.event, causes.join(", "), heard.join("<br>"))
    }

    /// A cause; in italics what the service said itself, and which then came due or was answered.
    fn cause(&self, cause: Name, of: &Described) -> String {
        let by = of.topics[0].owner();
        let heard = self.rows.iter().any(|row| Some(row.service) == by && row.event == cause);
        if heard { cause.to_owned() } else { format!("*{cause}*") }
    }

    fn charts(&self, f: &mut Formatter<'_>) -> fmt::Result {
        writeln!(
            f,
            "A cause in italics is the service's own: its deadline came, or the provider answered.\n"
        )?;
        writeln!(
            f,
            "## What an order causes\n\nWhite is said outside, blue by order, green by inventory, yellow by payment.\n"
        )?;
        writeln!(f, "{}\n", fenced(&of_orders(&self.events, &self.seen)))?;
        writeln!(
            f,
            "## What moves stock\n\nThe transfers between depot and shelves: [ESCROW](ESCROW.md).\n"
        )?;
        writeln!(f, "{}\n", fenced(&of_stock(&self.events, &self.seen)))
    }

    fn sequences(&self, f: &mut Formatter<'_>) -> fmt::Result {
        writeln!(
            f,
            "## Five orders\n\nEach was run in the simulator. An arrow ends at each service that hears the event;"
        )?;
        writeln!(f, "what only its speaker remembers is a note.\n")?;
        self.stories.iter().try_for_each(|story| {
            let chart = fenced(&sequence(story, &self.rows));
            writeln!(f, "### {}\n\n{}\n\n{chart}\n", story.title, story.about)
        })
    }

    fn undoings(&self, f: &mut Formatter<'_>) -> fmt::Result {
        writeln!(f, "## Acts and what undoes them\n\nEach undoing was seen after its act.\n")?;
        writeln!(f, "| act | by | undone by |\n|---|---|---|")?;
        for (service, act, role) in ROLES {
            if let Role::Act(by) = role {
                writeln!(f, "| {act} | {service} | {} |", by.join(", "))?;
            }
        }
        let ends = ROLES.iter().filter(|(_, _, role)| *role == Role::End).map(|(_, name, _)| *name);
        writeln!(f, "\nNot undone, on purpose: {}.\n", ends.collect::<Vec<Name>>().join(", "))
    }

    fn ends(&self, f: &mut Formatter<'_>) -> fmt::Result {
        writeln!(f, "## Cycles and how they end\n")?;
        writeln!(
            f,
            "A cycle through an event that is said once of an order ends with it. These are the others.\n"
        )?;
        writeln!(f, "| round and round | ends with |\n|---|---|")?;
        let join = |names: &BTreeSet<Name>| names.iter().copied().collect::<Vec<Name>>().join(", ");
        for cycle in cycles(&self.seen.caused, &ONCE) {
            let paced = PACED.iter().find(|(name, _)| cycle.events.contains(name));
            let ends = paced.map_or_else(|| join(&cycle.ends), |(_, by)| (*by).to_owned());
            writeln!(f, "| {} | {ends} |", join(&cycle.events))?;
        }
        Ok(())
    }
}

impl Row {
    fn heard(&self) -> String {
        format!("{}: {}", self.service, self.does())
    }
}

fn fenced(chart: &str) -> String {
    format!("```mermaid\n{chart}\n```")
}
