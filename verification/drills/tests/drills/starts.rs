//! Starts that must not be: one identity twice, no broker, topics that do not fit.

use rdkafka::{
    ClientConfig,
    admin::{AdminClient, AdminOptions, NewTopic, TopicReplication},
    client::DefaultClientContext,
};

use crate::shop::{SOON, Shop, Wish, ids};

#[test]
fn of_two_processes_with_one_identity_the_elder_ends_with_one_line() {
    let Some(mut shop) = Shop::open("twice", &[("mug", 10)], &[]) else { return };
    shop.start_with("order", 9, &["--instance", "0"]).await_ready();
    let elder = shop.process("order", 0);
    assert_eq!(elder.await_end(), 1);
    let said = elder.said();
    let lines: Vec<&str> = said.lines().filter(|line| !line.starts_with('{')).collect();
    assert!(matches!(lines[..], [line] if line.contains("was taken over")), "{lines:?}");
    let wish = Wish::new("after", "tok_ok");
    shop.place(std::slice::from_ref(&wish));
    shop.settle(&ids([&wish]), SOON);
}

#[test]
fn without_a_broker_a_service_ends_with_69_and_what_to_do() {
    let Some(shop) = Shop::bare("no-broker") else { return };
    let ended = shop.ctl(&["run", "order", "--brokers", "localhost:1", "--timeout", "2"]).output().unwrap();
    assert_eq!(ended.status.code(), Some(69), "{ended:?}");
    let said = String::from_utf8(ended.stderr).unwrap();
    assert!(
        said.contains("no Kafka at localhost:1 (connection refused)") && said.contains("scripts/kafka up"),
        "{said}"
    );
}

#[test]
fn topics_of_different_width_end_the_start_with_78_and_name_them() {
    let Some(mut shop) = Shop::unprepared("width") else { return };
    let admin: AdminClient<DefaultClientContext> =
        ClientConfig::new().set("bootstrap.servers", &shop.brokers).create().unwrap();
    let name = format!("{}payments", shop.prefix);
    let wide = NewTopic::new(&name, 6, TopicReplication::Fixed(1));
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    runtime.block_on(admin.create_topics([&wide], &AdminOptions::new())).unwrap()[0].as_ref().unwrap();
    shop.operate(&["init"]);
    let line = format!("topic {name} has 6 partitions, {}checkout has 4; all must be equal", shop.prefix);
    let process = shop.start("order", 0);
    assert_eq!(process.await_end(), 78);
    let said = process.said();
    assert!(said.lines().any(|said| said == line), "{said}");
}
