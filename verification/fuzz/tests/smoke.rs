//! Every door with its seeds, with damaged seeds, with noise, and with all that once broke it.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails there")]

use std::{fs, path::Path};

use fuzz::{DOORS, Door};
use proptest::{
    collection::vec,
    prelude::*,
    sample::{Index, select},
    test_runner::{Config, TestRunner},
};

/// So many inputs of each sort a door is entered with.
const CASES: u32 = 200;

/// One damage.
#[derive(Clone, Debug)]
enum Damage {
    Set(Index, u8),
    Insert(Index, u8),
    Cut(Index, Index),
    Repeat(Index, Index),
}

fn any_damage() -> impl Strategy<Value = Damage> {
    let byte = prop_oneof![select(br#""\{}[]:,=.-0 9eE+"#.to_vec()), any::<u8>()];
    prop_oneof![
        3 => (any::<Index>(), byte.clone()).prop_map(|(at, byte)| Damage::Set(at, byte)),
        3 => (any::<Index>(), byte).prop_map(|(at, byte)| Damage::Insert(at, byte)),
        1 => (any::<Index>(), any::<Index>()).prop_map(|(from, to)| Damage::Cut(from, to)),
        1 => (any::<Index>(), any::<Index>()).prop_map(|(from, to)| Damage::Repeat(from, to)),
    ]
}

fn damaged(mut bytes: Vec<u8>, damages: &[Damage]) -> Vec<u8> {
    for damage in damages {
        // Long inputs are the fuzzer's affair.
        if bytes.is_empty() || bytes.len() > 20_000 {
            break;
        }
        let len = bytes.len();
        let part = |from: &Index, to: &Index| {
            let (from, to) = (from.index(len), to.index(len));
            from.min(to)..from.max(to)
        };
        match damage {
            Damage::Set(at, byte) => bytes[at.index(len)] = *byte,
            Damage::Insert(at, byte) => bytes.insert(at.index(len), *byte),
            Damage::Cut(from, to) => drop(bytes.drain(part(from, to))),
            Damage::Repeat(from, to) => {
                let (part, end) = (part(from, to), part(from, to).end);
                let again = bytes[part].to_vec();
                bytes.splice(end..end, again);
            }
        }
    }
    bytes
}

/// Enters a door with inputs of one sort; what breaks it is shrunk and shown.
fn enter(door: &Door, inputs: impl Strategy<Value = Vec<u8>>) {
    let config = Config { cases: CASES, failure_persistence: None, ..Config::default() };
    let entered = TestRunner::new(config).run(&inputs, |bytes| {
        (door.enter)(&bytes);
        Ok(())
    });
    entered.unwrap_or_else(|broken| panic!("{}: {broken}", door.name));
}

fn door(name: &str) -> &'static Door {
    DOORS.iter().find(|door| door.name == name).unwrap()
}

fn bears_anything(name: &str) {
    let door = door(name);
    let seeds = (door.seeds)();
    seeds.iter().for_each(|seed| (door.enter)(seed));
    let damages = vec(any_damage(), 1..5);
    enter(door, (select(seeds), damages).prop_map(|(seed, damages)| damaged(seed, &damages)));
    enter(door, vec(any::<u8>(), 0..600));
}

macro_rules! doors {
    ($($test:ident: $door:literal,)+) => {
        $(#[test] fn $test() { bears_anything($door); })+

        #[test]
        fn every_door_is_entered_and_has_a_target() {
            let mut named = vec![$($door),+];
            named.sort_unstable();
            let mut all: Vec<&str> = DOORS.iter().map(|door| door.name).collect();
            all.sort_unstable();
            assert_eq!(named, all);
            assert_eq!(files("targets/fuzz_targets").iter().map(|file| file.replace(".rs", "")).collect::<Vec<_>>(), all);
        }
    };
}

doors! {
    a_record_of_any_bytes_is_read_or_refused: "event_record",
    a_value_of_any_text_is_read_or_refused: "event_text",
    orders_keep_their_promises_over_any_history: "orders_history",
    stock_keeps_its_promises_over_any_history: "inventory_history",
    payments_keep_their_promises_over_any_history: "payments_history",
    a_running_service_takes_or_parks_any_record: "topic_record",
    a_running_service_bears_any_dead_letter: "parked_record",
    a_service_bears_any_positions_on_its_log: "positions_header",
    a_service_restores_from_a_damaged_log: "restore_damaged_log",
    a_wrong_setting_is_refused_in_words: "configuration",
    a_provider_may_answer_anything: "provider_answers",
    a_wrong_call_is_refused: "cli_arguments",
    a_line_is_an_order_or_refused: "ndjson_orders",
    evidence_of_any_bytes_is_read_or_refused: "evidence_lines",
}

#[test]
fn what_once_broke_a_door_breaks_it_no_more() {
    let mut entered = 0;
    for name in files("negative") {
        for sample in files(&format!("negative/{name}")) {
            (door(&name).enter)(&fs::read(folder(&format!("negative/{name}")).join(&sample)).unwrap());
            entered += 1;
        }
    }
    assert!(entered > 0, "the samples are part of the crate");
}

fn folder(name: &str) -> std::path::PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(name)
}

fn files(name: &str) -> Vec<String> {
    let entries = fs::read_dir(folder(name)).unwrap();
    let mut names: Vec<String> =
        entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}
