//! Who must be allowed what on a broker: one principal for each service, and one for each kind of front end. Only the
//! owner of a topic writes it.

use events_schema::{Routing, Source, Topic};

/// Somebody, and all that they must be allowed.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Principal {
    /// The name: that of the service, where it is one.
    pub name: &'static str,
    /// What they are allowed.
    pub rules: Vec<Rule>,
}

/// What is allowed on one resource.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Rule {
    /// What kind of thing it is.
    pub resource: Resource,
    /// Its name, or how it begins.
    pub name: String,
    /// What may be done with it, in Kafka's words.
    pub operations: Vec<&'static str>,
}

/// A kind of thing on a broker.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Resource {
    /// A topic of this name.
    Topic,
    /// A consumer group of this name.
    Group,
    /// Every transactional id that begins so.
    TransactionalIds,
}

/// A principal that is no service: what it may ask, read and write.
struct Outsider {
    name: &'static str,
    /// How its transactional ids begin; empty if it has none.
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

/// Everybody, services first. Topics, groups and transactional ids begin with `prefix`.
pub fn principals(prefix: &str) -> Vec<Principal> {
    let services = Source::SERVICES.into_iter().map(|source| service(source, prefix));
    services.chain(OUTSIDERS.iter().map(|one| outsider(one, prefix))).collect()
}

/// Whether a service must be allowed to read the topic: what it hears, tables too, and what it said itself, on restore.
fn reads(service: Source, topic: Topic) -> bool {
    service.hears().iter().any(|hears| hears.topic == topic) || topic.owner() == Some(service)
}

/// Whether a service must be allowed to write the topic: what it owns, and what it forwards to where it belongs.
fn writes(service: Source, topic: Topic) -> bool {
    topic.owner() == Some(service) || (topic.routing() == Routing::ByKey && service.consumes(topic))
}

/// Everybody may ask how a topic lies: a service checks all of them at its start.
fn topics(
    prefix: &str,
    asks: &[&'static str],
    reads: impl Fn(Topic) -> bool,
    writes: impl Fn(Topic) -> bool,
) -> Vec<Rule> {
    let operations = |topic| {
        let mut allowed = asks.to_vec();
        allowed.extend(reads(topic).then_some("Read"));
        allowed.extend(writes(topic).then_some("Write"));
        allowed
    };
    let rule = |topic: Topic| rule(Resource::Topic, format!("{prefix}{topic}"), operations(topic));
    Topic::ALL.into_iter().map(rule).collect()
}

fn rule(resource: Resource, name: String, operations: Vec<&'static str>) -> Rule {
    Rule { resource, name, operations }
}

fn transactional_ids(prefix: &str, begin: &str) -> Rule {
    rule(Resource::TransactionalIds, format!("{prefix}{begin}"), vec!["Describe", "Write"])
}

fn service(service: Source, prefix: &str) -> Principal {
    let mut rules =
        topics(prefix, &["Describe"], |topic| reads(service, topic), |topic| writes(service, topic));
    rules.push(rule(Resource::Group, format!("{prefix}{service}"), vec!["Describe", "Read"]));
    rules.push(transactional_ids(prefix, &format!("{service}-")));
    Principal { name: service.name(), rules }
}

fn outsider(one: &Outsider, prefix: &str) -> Principal {
    let mut rules = topics(prefix, one.asks, one.reads, one.writes);
    if (one.reads)(Topic::Orders) {
        let groups = Source::SERVICES.map(Source::name).into_iter().chain([one.name]);
        rules.extend(groups.map(|group| rule(Resource::Group, format!("{prefix}{group}"), vec!["Describe"])));
    }
    if !one.says.is_empty() {
        rules.push(transactional_ids(prefix, one.says));
    }
    Principal { name: one.name, rules }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The principals that may write a topic.
    fn writers(of: Topic) -> Vec<&'static str> {
        let writes = |rule: &Rule| {
            rule.resource == Resource::Topic && rule.name == of.name() && rule.operations.contains(&"Write")
        };
        let all = principals("").into_iter();
        all.filter(|one| one.rules.iter().any(writes)).map(|one| one.name).collect()
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

    #[test]
    fn a_prefix_stands_before_everything() {
        let all = principals("shop-").into_iter().flat_map(|one| one.rules);
        let bare: Vec<Rule> = all.filter(|rule| !rule.name.starts_with("shop-")).collect();
        assert_eq!(bare, []);
    }
}
