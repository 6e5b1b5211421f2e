//! An order's events as a tree of causes: each stands under the one it answers.

use std::collections::BTreeSet;

use events_schema::EventId;

use super::{span, timeline::WAIT};
use crate::fold::timeline::{Step, Timeline};

/// The tree, a line for each event. What answers nothing that was found stands at the left.
pub fn lines(timeline: &Timeline) -> Vec<String> {
    let known: BTreeSet<EventId> = timeline.steps.iter().map(|step| step.id).collect();
    let mut shown = BTreeSet::new();
    let mut lines = Vec::new();
    for root in timeline.steps.iter().filter(|step| step.cause.is_none_or(|cause| !known.contains(&cause))) {
        branch(timeline, root, "", "", &mut shown, &mut lines);
    }
    lines
}

fn branch(
    timeline: &Timeline,
    step: &Step,
    first: &str,
    rest: &str,
    shown: &mut BTreeSet<EventId>,
    lines: &mut Vec<String>,
) {
    // A circle of causes, or an id that stands twice, is told once.
    if !shown.insert(step.id) {
        return;
    }
    lines.push(format!("{first}{}", told(timeline, step)));
    let answers: Vec<&Step> = timeline
        .steps
        .iter()
        .filter(|other| other.cause == Some(step.id) && !shown.contains(&other.id))
        .collect();
    for (at, answer) in answers.iter().enumerate() {
        let (fork, under) = if at + 1 == answers.len() { ("└─ ", "   ") } else { ("├─ ", "│  ") };
        branch(timeline, answer, &format!("{rest}{fork}"), &format!("{rest}{under}"), shown, lines);
    }
}

fn told(timeline: &Timeline, step: &Step) -> String {
    let after = timeline.cause_of(step).map_or_else(String::new, |cause| {
        let wait = cause.time.until(step.time);
        let mark = if wait >= WAIT { "waited " } else { "+" };
        format!("  {mark}{}", span(wait))
    });
    format!("{}  {}{after}  {}  {}", step.event, step.source, step.place, step.brief).trim_end().to_owned()
}
