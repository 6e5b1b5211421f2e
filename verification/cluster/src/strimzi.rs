//! Topics and users for Strimzi's operators, from the contract: who owns a topic is who may write it.

use events_schema::{Source, Topic};
use serde_json::{Value, json};

use crate::flow::{reads, writes};

/// Partitions in production: the most pods a service can use, too.
pub const PARTITIONS: u16 = 12;
const REPLICAS: u16 = 3;

/// A principal that is no service: what it may read and write.
struct Outsider {
    name: &'static str,
    says: &'static str,
    asks: &'static [&'static str],
    reads: fn(Topic) -> bool,
    writes: fn(Topic) -> bool,
}

const OUTSIDERS: [Outsider; 3] = [
    Outsider { name: "auditor", says: "", asks: &["Describe"], reads: |_| true, writes: |_| false },
    Outsider {
        name: "orderctl",
        says: "orderctl-",
        asks: &["Describe", "DescribeConfigs"],
        reads: |_| true,
        writes: Topic::is_outsiders,
    },
    Outsider {
        name: "storefront",
        says: "",
        asks: &["Describe"],
        reads: |_| false,
        writes: |topic| topic == Topic::Checkout,
    },
];

/// `k8s/components/strimzi/topics.yaml`.
pub fn topics() -> Vec<Value> {
    Topic::ALL.into_iter().map(topic).collect()
}

/// `k8s/components/strimzi/users.yaml`.
pub fn users() -> Vec<Value> {
    let services = Source::SERVICES.into_iter().map(service);
    services.chain(OUTSIDERS.iter().map(outsider)).collect()
}

fn object(kind: &str, name: &str, spec: Value) -> Value {
    json!({
        "apiVersion": "kafka.strimzi.io/v1",
        "kind": kind,
        "metadata": { "name": name, "labels": { "strimzi.io/cluster": "orders" } },
        "spec": spec,
    })
}

/// As `orderctl init --partitions 12 --replication 3` makes it; what `orderctl topics check` compares with.
fn topic(topic: Topic) -> Value {
    let mut config = json!({ "max.message.bytes": if topic.is_parked() { 2_097_152 } else { 1_048_588 } });
    if topic.is_compacted() {
        config["cleanup.policy"] = json!("compact");
        config["delete.retention.ms"] = json!(24 * 3600 * 1000);
    } else {
        config["cleanup.policy"] = json!("delete");
        config["retention.ms"] = json!(topic.retention().map_or(-1, |kept| kept.as_millis() as i64));
        config["retention.bytes"] = json!(-1);
    }
    config["min.insync.replicas"] = json!(2);
    let spec = json!({ "partitions": PARTITIONS, "replicas": REPLICAS, "config": config });
    object("KafkaTopic", topic.name(), spec)
}

fn user(name: &str, acls: Vec<Value>) -> Value {
    let spec =
        json!({ "authentication": { "type": "tls" }, "authorization": { "type": "simple", "acls": acls } });
    object("KafkaUser", name, spec)
}

fn acl(kind: &str, name: &str, pattern: &str, operations: &[&str]) -> Value {
    json!({ "resource": { "type": kind, "name": name, "patternType": pattern }, "operations": operations })
}

/// Everybody may ask how a topic lies: a service checks all of them at its start.
fn topic_acls(
    asks: &[&'static str],
    reads: impl Fn(Topic) -> bool,
    writes: impl Fn(Topic) -> bool,
) -> Vec<Value> {
    let operations = |topic| {
        let mut allowed = asks.to_vec();
        allowed.extend(reads(topic).then_some("Read"));
        allowed.extend(writes(topic).then_some("Write"));
        allowed
    };
    Topic::ALL.into_iter().map(|topic| acl("topic", topic.name(), "literal", &operations(topic))).collect()
}

fn service(service: Source) -> Value {
    let mut acls = topic_acls(&["Describe"], |topic| reads(service, topic), |topic| writes(service, topic));
    acls.push(acl("group", service.name(), "literal", &["Describe", "Read"]));
    acls.push(acl("transactionalId", &format!("{service}-"), "prefix", &["Describe", "Write"]));
    user(service.name(), acls)
}

fn outsider(one: &Outsider) -> Value {
    let mut acls = topic_acls(one.asks, one.reads, one.writes);
    if (one.reads)(Topic::Orders) {
        let groups = Source::SERVICES.map(Source::name).into_iter().chain([one.name]);
        acls.extend(groups.map(|group| acl("group", group, "literal", &["Describe"])));
    }
    if !one.says.is_empty() {
        acls.push(acl("transactionalId", one.says, "prefix", &["Describe", "Write"]));
    }
    user(one.name, acls)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The users that may write a topic.
    fn writers(of: Topic) -> Vec<String> {
        let may = |user: &&Value| {
            crate::manifest::list(&user["spec"]["authorization"]["acls"]).any(|acl| {
                acl["resource"]["name"] == of.name()
                    && acl["resource"]["type"] == "topic"
                    && crate::manifest::list(&acl["operations"]).any(|operation| operation == "Write")
            })
        };
        let name = |user: &Value| user["metadata"]["name"].as_str().unwrap_or_default().to_owned();
        users().iter().filter(may).map(name).collect()
    }

    #[test]
    fn nobody_but_its_owner_writes_a_services_topic() {
        for topic in Topic::ALL {
            if let Some(owner) = topic.owner() {
                assert_eq!(writers(topic), [owner.name()], "{topic}");
            }
        }
    }

    #[test]
    fn front_ends_and_whoever_forwards_write_the_others() {
        assert_eq!(writers(Topic::Checkout), ["order", "orderctl", "storefront"]);
        assert_eq!(writers(Topic::Warehouse), ["inventory", "orderctl"]);
        assert_eq!(writers(Topic::Customers), ["orderctl"]);
        assert_eq!(writers(Topic::Operations), ["orderctl"]);
    }
}
