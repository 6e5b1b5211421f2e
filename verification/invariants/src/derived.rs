//! S14 and S15: the same causes give the same facts, and the state is the fold of the log.

use events_schema::Key;

use crate::{Evidence, Verdict, index::Index};

pub(crate) fn again(evidence: &Evidence<'_>, index: &Index<'_>) -> Option<Verdict> {
    if evidence.derivations.is_empty() && evidence.reruns.is_empty() {
        return None;
    }
    let mut verdict = Verdict::new("S14", "the same cause and the same schedule give the same bytes again");
    for one in evidence.derivations {
        let same = one.committed == one.derived;
        let facts = || index.with(&one.cause).map(|(_, event)| (event.kind.as_str(), event.place));
        let shows: Vec<_> = if same { Vec::new() } else { facts().collect() };
        verdict.judge(same, one.subject, || differs(&one.committed, &one.derived), &shows);
    }
    for run in evidence.reruns {
        let what = || format!("run twice it wrote {:016x} and {:016x}", run.first, run.again);
        verdict.judge(run.first == run.again, named(&format!("seed.{}", run.seed)), what, &[]);
    }
    Some(verdict)
}

pub(crate) fn folded(evidence: &Evidence<'_>) -> Option<Verdict> {
    if evidence.folds.is_empty() {
        return None;
    }
    let mut verdict = Verdict::new("S15", "the state is the fold of the log");
    for one in evidence.folds {
        let what =
            || format!("after {}: {:016x} in memory, the fold is {:016x}", one.after, one.memory, one.fold);
        verdict.judge(one.memory == one.fold, one.task, what, &[]);
    }
    Some(verdict)
}

/// Where two byte strings part, with what stands there.
fn differs(committed: &[u8], derived: &[u8]) -> String {
    let same = committed.iter().zip(derived).take_while(|(one, other)| one == other).count();
    let from = same.saturating_sub(24);
    let shown = |bytes: &[u8]| {
        let end = bytes.len().min(same + 40);
        String::from_utf8_lossy(&bytes[from.min(end)..end]).into_owned()
    };
    format!("decided again it differs from byte {same}: …{} became …{}", shown(committed), shown(derived))
}

fn named(text: &str) -> Key {
    Key::from_bytes(text.as_bytes()).unwrap_or_else(|_| unreachable!("a word, a dot and digits make a key"))
}
