//! What only a real broker can show, and what is only said of one.

use std::time::Duration;

use choreography::{
    Failed, Fatal,
    kafka::{
        self, Settings,
        topics::{self, Severity, Target},
    },
};
use events_schema::Topic;
use rdkafka::{
    Offset, TopicPartitionList,
    admin::{AdminClient, AdminOptions, NewTopic, TopicReplication},
    client::DefaultClientContext,
};

use crate::{
    kafka_tier::{KafkaTier, brokers, fresh_prefix},
    member::{Member, eventually},
    outsider,
    tier::{PARTITIONS, Tier, first_of},
};

const PATIENCE: Duration = Duration::from_secs(30);

fn admin(brokers: &str) -> AdminClient<DefaultClientContext> {
    outsider::client(brokers).create().unwrap()
}

fn block_on<F: Future>(call: F) -> F::Output {
    tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(call)
}

#[test]
fn kafka_a_transaction_that_outlived_its_time_is_unknown_and_the_next_one_commits() {
    let Some(tier) = KafkaTier::new() else { return };
    let settings = Settings { transaction_timeout: Duration::from_secs(1), ..tier.settings("order", "0") };
    let mut member: Member = tier.connect(settings).unwrap().settled(PARTITIONS.into());
    member.append(first_of(Topic::Orders), "too slow").unwrap();
    eventually("record on the log", || tier.raw(first_of(Topic::Orders)) == ["too slow"]);
    // Another reader gets to the end only when the broker has ended the transaction.
    let mut reader = tier.open("payment", "0").unwrap();
    assert_eq!(reader.replayed(first_of(Topic::Orders)).0, [""; 0]);
    let failed = member.sink.commit(&[]).unwrap_err();
    assert!(matches!(failed, Failed::Unknown(_)), "{failed:?}");
    member.append(first_of(Topic::Orders), "in time").unwrap();
    member.sink.commit(&[]).unwrap();
    assert_eq!(reader.replayed(first_of(Topic::Orders)).0, ["in time"]);
}

#[test]
fn kafka_a_record_deleted_before_it_was_consumed_is_not_stepped_over() {
    let Some(tier) = KafkaTier::new() else { return };
    let input = first_of(Topic::Checkout);
    tier.produce(input, &["0", "1", "2", "3", "4"]);
    let mut before = TopicPartitionList::new();
    before.add_partition_offset(&tier.topic(input.topic), 0, Offset::Offset(3)).unwrap();
    let options = AdminOptions::new().operation_timeout(Some(PATIENCE));
    block_on(admin(&tier.brokers).delete_records(&before, &options)).unwrap();
    let mut member = tier.open("order", "0").unwrap();
    assert_eq!(member.replayed(input), (vec!["3".to_owned(), "4".to_owned()], 5));
    member.assign(input, 1);
    let mut gone = None;
    eventually("refusal", || {
        let budget =
            choreography::Budget { records: 1, wait: Duration::from_millis(50), span: Duration::ZERO };
        gone = member.source.poll(budget, &mut |record| panic!("{}", record.place)).err();
        gone.is_some()
    });
    assert_eq!(gone, Some(Fatal::Gone { topic: input.topic, partition: 0, start: 3, next: 1 }));
}

/// librdkafka 2.12.1 ends the process when a partition is taken away that has not stopped since it was taken away last.
#[test]
fn kafka_an_assignment_may_be_replaced_before_the_client_has_carried_the_last_one_out() {
    let Some(tier) = KafkaTier::new() else { return };
    let input = first_of(Topic::Checkout);
    tier.produce(input, &["0", "1"]);
    let mut member = tier.open("order", "0").unwrap();
    for round in 0..2_000 {
        member.assign(input, 0);
        if round % 7 == 0 {
            member.poll(1, Duration::from_millis(1));
        }
    }
    assert_eq!(member.values(2), ["0", "1"]);
}

#[test]
fn kafka_a_restarted_process_has_its_partitions_back_without_waiting_for_the_session() {
    let Some(tier) = KafkaTier::new() else { return };
    let settings = Settings { session_timeout: Duration::from_secs(120), ..tier.settings("order", "0") };
    drop(tier.connect(settings.clone()).unwrap().settled(PARTITIONS.into()));
    tier.connect(settings).unwrap().settled(PARTITIONS.into());
}

#[test]
fn kafka_topics_are_created_once_and_found_as_they_must_be() {
    let Some(brokers) = brokers() else { return };
    let prefix = fresh_prefix();
    let missing = topics::check(Target::plain(&brokers, &prefix, PATIENCE)).unwrap();
    assert_eq!(missing.len(), Topic::ALL.len());
    assert!(
        missing
            .iter()
            .all(|finding| finding.severity == Severity::Fail && finding.text.ends_with("is missing"))
    );
    let create = || topics::create(Target::plain(&brokers, &prefix, PATIENCE), 3, 1).unwrap();
    assert!(create().iter().all(|created| created.new));
    assert!(create().iter().all(|created| !created.new));
    let mut findings = Vec::new();
    eventually("topics everywhere", || {
        findings = topics::check(Target::plain(&brokers, &prefix, PATIENCE)).unwrap();
        findings.iter().all(|finding| finding.severity == Severity::Ok)
    });
    let text: Vec<&str> = findings.iter().map(|finding| finding.text.as_str()).collect();
    assert_eq!(text.len(), Topic::ALL.len());
    assert_eq!(text[0], format!("topic {prefix}checkout: 3 partitions, 1 copies, kept 30 days"));
    assert_eq!(text[6], format!("topic {prefix}catalog: 3 partitions, 1 copies, newest of a key kept"));
}

#[test]
fn kafka_a_topic_that_deletes_too_early_or_has_other_partitions_is_found() {
    let Some(brokers) = brokers() else { return };
    let prefix = fresh_prefix();
    let name = format!("{prefix}payments");
    let topic = NewTopic::new(&name, 6, TopicReplication::Fixed(1)).set("retention.ms", "1000");
    block_on(admin(&brokers).create_topics([&topic], &AdminOptions::new())).unwrap()[0].as_ref().unwrap();
    topics::create(Target::plain(&brokers, &prefix, PATIENCE), PARTITIONS, 1).unwrap();
    eventually("findings", || {
        let findings = topics::check(Target::plain(&brokers, &prefix, PATIENCE)).unwrap();
        let bad: Vec<_> = findings.iter().filter(|finding| finding.severity == Severity::Fail).collect();
        bad.len() == 2
            && bad[0].text == format!("topic {name} has 6 partitions, others 4; all must be equal")
            && bad[1].text == format!("topic {name} has retention.ms=1000, the contract wants -1")
    });
    let settings = Settings { prefix: prefix.clone(), ..Settings::new(&brokers, "order", Topic::Orders) };
    let refused = kafka::open(settings).map(|_| ()).unwrap_err();
    let line = format!("topic {name} has 6 partitions, {prefix}checkout has 4; all must be equal");
    assert_eq!(refused, Fatal::Misconfigured(line));
}

#[test]
fn kafka_a_missing_topic_is_one_line_with_the_remedy() {
    let Some(brokers) = brokers() else { return };
    let prefix = fresh_prefix();
    let settings = Settings { prefix: prefix.clone(), ..Settings::new(&brokers, "order", Topic::Orders) };
    let refused = kafka::open(settings).map(|_| ()).unwrap_err();
    assert_eq!(refused.to_string(), format!("topic {prefix}checkout is missing; create all: orderctl init"));
}

#[test]
fn where_no_broker_is_one_line_says_so_and_what_to_do() {
    let settings =
        Settings { patience: Duration::from_secs(1), ..Settings::new("localhost:1", "order", Topic::Orders) };
    let refused = kafka::open(settings).map(|_| ()).unwrap_err();
    let line = "no Kafka at localhost:1 (connection refused). Start one: docker compose up -d, or scripts/kafka up. \
                Or try: orderctl demo";
    assert_eq!(refused, Fatal::Unreachable(line.to_owned()));
}
