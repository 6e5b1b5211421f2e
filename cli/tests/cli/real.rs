//! What only a real broker can show: topics made, transactions committed and aborted.
//! And what only the mock can: a broker without topics that nobody made.

use std::{collections::BTreeSet, time::Duration};

use events_schema::Topic;
use rdkafka::{
    mocking::MockCluster,
    producer::DefaultProducerContext,
    producer::{BaseRecord, Producer},
};

use crate::{
    facts::Scribe,
    stage::{PARTITIONS, Run, Stage, orderctl},
};

#[test]
fn missing_topics_end_with_78_and_the_remedy() {
    let mock: MockCluster<'_, DefaultProducerContext> = MockCluster::new(1).unwrap();
    let brokers = mock.bootstrap_servers();
    let run = Run::from(orderctl(&["list", "--brokers", &brokers]).output().unwrap()).ends_with(78);
    assert_eq!(run.err, "topic orders is missing; create all: orderctl init\n");
}

#[test]
fn a_broker_that_never_tells_its_settings_is_a_warning_well_before_the_timeout() {
    let stage = Stage::mock();
    for command in [["topics", "check"].as_slice(), &["doctor"]] {
        let (run, took) = stage.ctl_timed(command);
        let out = run.ends_with(0).out;
        let told = "warn  the settings of topic checkout cannot be read; allow DescribeConfigs";
        assert!(out.contains(told), "{command:?}: {out}");
        assert!(took < Duration::from_secs(25), "{command:?} took {took:?}, as if nothing but 30 s bound it");
    }
}

#[test]
fn kafka_init_makes_all_topics_and_doing_it_twice_changes_nothing() {
    let Some(stage) = Stage::bare_kafka() else { return };
    stage.ctl(&["topics", "check"]).ends_with(78);
    let first = stage.ctl(&["init", "--partitions", "3", "--output", "json"]).ends_with(0).json();
    assert_eq!(first["created"].as_array().unwrap().len(), Topic::ALL.len());
    let second = stage.ctl(&["init", "--partitions", "3", "--output", "json"]).ends_with(0).json();
    assert_eq!(second["existing"].as_array().unwrap().len(), Topic::ALL.len());
    stage.ctl(&["topics", "check"]).ends_with(0);
    let listed = stage.ctl(&["topics", "list", "--output", "json"]).ends_with(0).json();
    assert!(listed.as_array().unwrap().iter().all(|topic| topic["partitions"] == 3));
}

#[test]
fn kafka_a_second_sample_does_not_double_the_stock() {
    let Some(stage) = Stage::bare_kafka() else { return };
    stage.ctl(&["init", "--sample"]).ends_with(0);
    let once = stage.records("warehouse");
    assert_eq!(once.len(), 6);
    let run = stage.ctl(&["init", "--sample"]).ends_with(0);
    assert!(run.out.contains("mug: 12.00 EUR, there before"), "{run:?}");
    assert_eq!(stage.records("warehouse"), once);
}

#[test]
fn kafka_a_customer_is_blocked_on_every_partition_at_once() {
    let Some(stage) = Stage::kafka() else { return };
    stage.ctl(&["customer", "block", "eve", "--reason", "fraud"]).ends_with(0);
    // Each partition now ends with a transaction's marker, which no reader may wait for.
    let records = stage.records("customers");
    let partitions: BTreeSet<u64> =
        records.iter().map(|record| record["partition"].as_u64().unwrap()).collect();
    assert_eq!((records.len(), partitions.len()), (usize::from(PARTITIONS), usize::from(PARTITIONS)));
    stage.ctl(&["customer", "unblock", "eve"]).ends_with(0);
    assert_eq!(stage.records("customers").len(), 2 * usize::from(PARTITIONS));
}

#[test]
fn kafka_what_was_aborted_is_not_shown() {
    let Some(stage) = Stage::kafka() else { return };
    let producer = stage.transactional();
    for commit in [false, true] {
        producer.begin_transaction().unwrap();
        let topic = stage.name_of(Topic::Orders);
        let value = format!(r#"{{"type":"Test","committed":{commit}}}"#);
        producer
            .send(BaseRecord::to(&topic).partition(0).key("o-1").payload(&value))
            .map_err(|(e, _)| e)
            .unwrap();
        producer.flush(Duration::from_secs(20)).unwrap();
        match commit {
            true => producer.commit_transaction(Duration::from_secs(20)).unwrap(),
            false => producer.abort_transaction(Duration::from_secs(20)).unwrap(),
        }
    }
    let seen: Vec<bool> =
        stage.records("orders").iter().map(|r| r["event"]["committed"].as_bool().unwrap()).collect();
    assert_eq!(seen, [true]);
}

#[test]
fn kafka_the_doctor_says_what_is_missing_and_what_to_do() {
    let Some(stage) = Stage::kafka() else { return };
    let run = stage.ctl(&["doctor"]).ends_with(0);
    assert!(run.out.contains("warn  the catalog is empty"), "{run:?}");
    assert!(
        run.out.contains("warn  order: not running, 0 records behind; start it: orderctl run order"),
        "{run:?}"
    );
    assert!(run.out.contains("ok    no parked record waits"), "{run:?}");
}

#[test]
fn kafka_an_open_transaction_that_stands_still_is_told_with_the_command_that_ends_it() {
    let Some(stage) = Stage::kafka() else { return };
    let producer = stage.transactional();
    producer.begin_transaction().unwrap();
    let topic = stage.name_of(Topic::Orders);
    producer.send(BaseRecord::to(&topic).partition(0).key("o-1").payload("{}")).map_err(|(e, _)| e).unwrap();
    producer.flush(Duration::from_secs(20)).unwrap();
    let run = stage.ctl(&["doctor", "--timeout", "3"]).ends_with(78);
    assert!(run.out.contains(&format!("first in {topic}-0 at 0")), "{run:?}");
    assert!(run.out.contains(&format!("abort --topic {topic} --partition 0 --start-offset 0")), "{run:?}");
    producer.commit_transaction(Duration::from_secs(20)).unwrap();
    let run = stage.ctl(&["doctor"]);
    assert!(run.out.contains("ok    no transaction hangs"), "{run:?}");
}

#[test]
fn kafka_the_doctor_tells_clocks_apart_by_the_facts() {
    let Some(stage) = Stage::kafka() else { return };
    let mut scribe = Scribe::new(&stage);
    scribe.completes("o-1", None);
    let json = stage.ctl(&["doctor", "--output", "json"]).json();
    let told = |text: &str| {
        let findings = json.as_array().unwrap().iter();
        findings.filter(|found| found["text"].as_str().unwrap().contains(text)).count()
    };
    for text in
        ["clocks agree within 2 s, by the newest 7 facts", "no transaction hangs", "every copy is in step"]
    {
        assert_eq!(told(text), 1, "{text}: {json:#}");
    }
    scribe.pass(600);
    scribe.completes("o-2", None);
    let run = stage.ctl(&["doctor"]).ends_with(78);
    assert!(run.out.contains("ms ahead of this host's clock; set the clocks of this host"), "{run:?}");
}
