//! What needs no broker: wrong calls, help, versions, and a broker that is not there.

use std::net::TcpListener;

use crate::stage::{Run, orderctl};

fn run(args: &[&str]) -> Run {
    Run::from(orderctl(args).output().unwrap())
}

/// A port on which nobody listens.
fn silent_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}

#[test]
fn a_wrong_call_ends_with_2_before_any_broker_is_asked() {
    let wrong: [&[&str]; 9] = [
        &[],
        &["fly"],
        &["place"],
        &["place", "--line", "mug"],
        &["place", "--sku", "mug", "--quantity", "1", "--quantity", "2"],
        &["place", "--file", "/does/not/exist"],
        &["list", "--timeout", "soon"],
        &["trace", "no spaces"],
        &["stock", "receive", "mug", "0"],
    ];
    for args in wrong {
        let run = run(args).ends_with(2);
        assert!(run.out.is_empty() && !run.err.is_empty(), "{args:?}: {run:?}");
    }
}

#[test]
fn a_wrong_environment_is_told_with_its_name() {
    let output = orderctl(&["list"]).env("ORDERS_TIMEOUT", "soon").output().unwrap();
    let run = Run::from(output).ends_with(2);
    assert!(run.err.contains("\"soon\" is no duration"), "{run:?}");
}

#[test]
fn a_broker_that_is_not_there_ends_with_69_and_the_ways_out() {
    let address = format!("127.0.0.1:{}", silent_port());
    for args in [["list"].as_slice(), &["place", "--sku", "mug"], &["trace", "o-1"], &["doctor"], &["init"]] {
        let run = run(&[args, &["--brokers", &address]].concat()).ends_with(69);
        let expected = format!(
            "no Kafka at {address} (connection refused). \
             Start one: docker compose up -d, or scripts/kafka up. Or try: orderctl demo\n"
        );
        assert_eq!((run.err, run.out), (expected, String::new()));
    }
}

#[test]
fn something_that_is_no_kafka_is_told_from_nothing() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap().to_string();
    let run = run(&["list", "--brokers", &address, "--timeout", "1"]).ends_with(69);
    assert!(run.err.contains("listens but does not answer as Kafka"), "{run:?}");
}

#[test]
fn the_exit_codes_stand_in_the_help() {
    let run = run(&["--help"]).ends_with(0);
    for line in ["2    usage", "3    --wait: rejected", "69   broker unreachable", "130  interrupted"] {
        assert!(run.out.contains(line), "{line}");
    }
}

#[test]
fn the_version_can_be_read_by_scripts() {
    let json = run(&["version", "--output", "json"]).ends_with(0).json();
    assert_eq!(json["name"], "orderctl");
    assert_eq!(json["version"], env!("CARGO_PKG_VERSION"));
    assert!(json["librdkafka"].as_str().unwrap().starts_with('2'));
}

#[test]
fn shells_learn_the_commands() {
    let run = run(&["completions", "bash"]).ends_with(0);
    assert!(run.out.contains("orderctl") && run.out.contains("doctor"));
}

#[test]
fn the_manual_is_written_where_one_says() {
    let folder = std::env::temp_dir().join(format!("orderctl-man-{}", std::process::id()));
    let to = folder.to_str().unwrap();
    let files = run(&["man", "--to", to, "--output", "json"]).ends_with(0).json();
    let page = std::fs::read_to_string(folder.join("orderctl.1")).unwrap();
    assert_eq!(files.as_array().unwrap().len(), std::fs::read_dir(&folder).unwrap().count());
    std::fs::remove_dir_all(&folder).unwrap();
    assert_eq!(run(&["man"]).ends_with(0).out, page);
}
