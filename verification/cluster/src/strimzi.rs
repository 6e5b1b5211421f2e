//! Topics and users for Strimzi's operators, from the contract: who owns a topic is who may write it.

use contract::acl::{self, Principal, Resource, Rule};
use events_schema::Topic;
use serde_json::{Value, json};

/// Partitions in production: the most pods a service can use, too.
pub const PARTITIONS: u16 = 12;
const REPLICAS: u16 = 3;

/// `k8s/components/strimzi/topics.yaml`.
pub fn topics() -> Vec<Value> {
    Topic::ALL.into_iter().map(topic).collect()
}

/// `k8s/components/strimzi/users.yaml`.
pub fn users() -> Vec<Value> {
    acl::principals("").iter().map(user).collect()
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

fn user(principal: &Principal) -> Value {
    let acls: Vec<Value> = principal.rules.iter().map(acl_of).collect();
    let spec =
        json!({ "authentication": { "type": "tls" }, "authorization": { "type": "simple", "acls": acls } });
    object("KafkaUser", principal.name, spec)
}

fn acl_of(rule: &Rule) -> Value {
    let (kind, pattern) = match rule.resource {
        Resource::Topic => ("topic", "literal"),
        Resource::Group => ("group", "literal"),
        Resource::TransactionalIds => ("transactionalId", "prefix"),
    };
    json!({ "resource": { "type": kind, "name": rule.name, "patternType": pattern }, "operations": rule.operations })
}
