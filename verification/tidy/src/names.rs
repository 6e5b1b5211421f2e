//! Names: those that say nothing, and crates named where they must not be.

use crate::{Breach, Source};

const EMPTY: &[&str] = &["manager", "managers", "helper", "helpers", "util", "utils", "common"];

/// Files and modules whose name says nothing.
pub fn forbidden_words(source: &Source) -> Vec<Breach> {
    let remedy = |word: &str| format!("the name {word:?} says nothing; name the idea");
    let in_path = source.path.split(['/', '.', '_', '-']).filter(|word| EMPTY.contains(word));
    let mut breaches: Vec<Breach> = in_path.map(|word| Breach::new(&source.path, 1, remedy(word))).collect();
    for two in source.pieces.windows(2).filter(|two| two[0].text == "mod") {
        let empty = two[1].text.split('_').filter(|word| EMPTY.contains(word));
        breaches.extend(empty.map(|word| Breach::new(&source.path, two[1].line, remedy(word))));
    }
    breaches
}

/// A crate that only some files of a folder may name.
struct Place {
    under: &'static str,
    crates: &'static [&'static str],
    only: &'static [&'static str],
    remedy: &'static str,
}

const PLACES: &[Place] = &[
    Place {
        under: "choreography/src/",
        crates: &["rdkafka", "rdkafka_sys"],
        only: &["choreography/src/kafka/", "choreography/src/kafka.rs"],
        remedy: "only choreography/src/kafka names the Kafka client; go through a port",
    },
    Place {
        under: "cli/src/",
        crates: &["order", "inventory", "payment"],
        only: &[
            "cli/src/commands/run.rs",
            "cli/src/commands/replay.rs",
            "cli/src/commands/demo.rs",
            "cli/src/commands/demo/",
        ],
        remedy: "in the CLI only run, replay and demo name services; read events",
    },
];

/// Crates named where they must not be.
pub fn forbidden_paths(source: &Source) -> Vec<Breach> {
    let mut breaches = Vec::new();
    for place in PLACES.iter().filter(|place| source.path.starts_with(place.under)) {
        if place.only.iter().any(|only| source.path.starts_with(only)) {
            continue;
        }
        for (name, line) in crates_named(source).filter(|(name, _)| place.crates.contains(name)) {
            breaches.push(Breach::new(&source.path, line, format!("names {name}; {}", place.remedy)));
        }
    }
    breaches
}

/// The first word of every path, unless the file declares a module of this name.
fn crates_named(source: &Source) -> impl Iterator<Item = (&str, usize)> {
    let pieces = &source.pieces;
    let declares = |name: &str| pieces.windows(2).any(|two| two[0].text == "mod" && two[1].text == name);
    let text = |at: usize| pieces.get(at).map_or("", |piece| piece.text.as_str());
    let first = move |at: &usize| {
        let before = at.checked_sub(1).map_or("", text);
        let used = before == "use" && matches!(text(at + 1), ";" | "as");
        let begins = text(at + 1) == "::" && before != "::";
        pieces[*at].is_word() && !pieces[*at].continued && (begins || used)
    };
    let named = move |at: usize| (pieces[at].text.as_str(), pieces[at].line);
    (0..pieces.len()).filter(first).map(named).filter(move |(name, _)| !declares(name))
}

#[cfg(test)]
mod tests {
    use super::{forbidden_paths, forbidden_words};
    use crate::Source;

    fn paths(path: &str, text: &str) -> Vec<usize> {
        forbidden_paths(&Source::new(path, text).unwrap()).iter().map(|breach| breach.line).collect()
    }

    #[test]
    fn names_that_say_nothing_are_found_in_files_and_modules() {
        for (path, text) in [
            ("cli/src/utils.rs", ""),
            ("cli/src/order_helper.rs", ""),
            ("common/src/lib.rs", ""),
            ("a.rs", "mod task_manager;"),
            ("a.rs", "mod util { }"),
        ] {
            assert_eq!(forbidden_words(&Source::new(path, text).unwrap()).len(), 1, "{path} {text}");
        }
        let fine = Source::new("cli/src/utility.rs", "mod commonplace; fn helper() {}").unwrap();
        assert_eq!(forbidden_words(&fine), []);
    }

    #[test]
    fn the_kafka_client_is_named_in_one_folder_only() {
        let text = "use rdkafka::message::Message;\nuse a;\nfn b() -> rdkafka_sys::C { d!(rdkafka::e()) }\nuse rdkafka as f;";
        assert_eq!(paths("choreography/src/worker.rs", text), [1, 3, 3, 4]);
        assert_eq!(paths("choreography/src/kafka/sink.rs", text), Vec::<usize>::new());
        assert_eq!(paths("choreography/src/kafka_like.rs", text), [1, 3, 3, 4]);
    }

    #[test]
    fn services_are_named_by_run_and_demo_only() {
        let text = "use payment::service;\nfn a() { order::service(); b!(inventory::c) }";
        assert_eq!(paths("cli/src/trace.rs", text), [1, 2, 2]);
        assert_eq!(paths("cli/src/commands/run.rs", text), Vec::<usize>::new());
        assert_eq!(paths("cli/src/commands/demo.rs", text), Vec::<usize>::new());
    }

    #[test]
    fn words_that_are_no_crates_are_left_alone() {
        let text = "mod payment;\nuse crate::{order::A, inventory::B};\nfn c(order: u8) { payment::d(); e::order::f(); order.g() }";
        assert_eq!(paths("cli/src/trace.rs", text), Vec::<usize>::new());
    }
}
