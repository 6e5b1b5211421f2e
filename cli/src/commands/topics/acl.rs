//! `topics acl`: who must be allowed what on the broker, from the contract.

use std::collections::BTreeMap;

use contract::acl::{self, Principal, Resource, Rule};
use serde::Serialize;

use crate::{exit::Failure, session::Session};

/// Flags of `topics acl`.
#[derive(clap::Args, Debug)]
pub struct Args {
    /// Only for this one: order, inventory, payment, auditor, orderctl or storefront
    #[arg(long = "for", value_name = "NAME")]
    only: Option<String>,
    /// How the broker names a principal; {} is the name
    #[arg(long, default_value = "User:{}", value_name = "PATTERN")]
    principal: String,
}

#[derive(Serialize)]
struct Row<'a> {
    principal: String,
    resource: &'static str,
    pattern: &'static str,
    name: &'a str,
    operations: &'a [&'static str],
}

/// Prints the rules: text is a script of `kafka-acls.sh`, JSON one object a rule.
pub fn run(args: &Args, session: &mut Session) -> Result<(), Failure> {
    let mut principals = acl::principals(&session.settings.prefix);
    if let Some(only) = &args.only {
        let names: Vec<&str> = principals.iter().map(|one| one.name).collect();
        if !names.contains(&only.as_str()) {
            return Err(Failure::Usage(format!(
                "--for {only}: nobody is called so; there are {}",
                names.join(", ")
            )));
        }
        principals.retain(|one| one.name == only);
    }
    if session.out.is_json() {
        let rows: Vec<Row<'_>> = principals.iter().flat_map(|one| rows(args, one)).collect();
        return session.out.document(&rows);
    }
    let brokers = &session.settings.brokers;
    principals
        .iter()
        .flat_map(|one| commands(&args.named(one), brokers, &one.rules))
        .try_for_each(|line| session.out.line(format_args!("{line}")))
}

impl Args {
    fn named(&self, principal: &Principal) -> String {
        self.principal.replace("{}", principal.name)
    }
}

fn rows<'a>(args: &Args, principal: &'a Principal) -> Vec<Row<'a>> {
    let row = |rule: &'a Rule| {
        let (resource, pattern) = words(rule.resource);
        Row {
            principal: args.named(principal),
            resource,
            pattern,
            name: &rule.name,
            operations: &rule.operations,
        }
    };
    principal.rules.iter().map(row).collect()
}

fn words(resource: Resource) -> (&'static str, &'static str) {
    match resource {
        Resource::Topic => ("topic", "literal"),
        Resource::Group => ("group", "literal"),
        Resource::TransactionalIds => ("transactional-id", "prefixed"),
    }
}

/// One command for all that is allowed alike: each starts a Java machine.
fn commands(principal: &str, brokers: &str, rules: &[Rule]) -> Vec<String> {
    let mut alike: BTreeMap<(Resource, &[&str]), Vec<&str>> = BTreeMap::new();
    for rule in rules {
        alike.entry((rule.resource, &rule.operations)).or_default().push(&rule.name);
    }
    let command = |((resource, operations), names): ((Resource, &[&str]), Vec<&str>)| {
        let (kind, pattern) = words(resource);
        let operations: String = operations.iter().map(|one| format!(" --operation {one}")).collect();
        let names: String = names.iter().map(|name| format!(" --{kind} {name}")).collect();
        format!(
            "kafka-acls.sh --bootstrap-server {brokers} --add --allow-principal '{principal}'{operations} \
             --resource-pattern-type {pattern}{names}"
        )
    };
    alike.into_iter().map(command).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_allowed_alike_is_one_command() {
        let rule = |resource, name: &str, operations: &[&'static str]| Rule {
            resource,
            name: name.to_owned(),
            operations: operations.to_vec(),
        };
        let rules = [
            rule(Resource::Topic, "a", &["Read"]),
            rule(Resource::TransactionalIds, "order-", &["Write"]),
            rule(Resource::Topic, "b", &["Read"]),
            rule(Resource::Topic, "c", &["Read", "Write"]),
        ];
        let add = "kafka-acls.sh --bootstrap-server h:1 --add --allow-principal 'User:order'";
        assert_eq!(
            commands("User:order", "h:1", &rules),
            [
                format!("{add} --operation Read --resource-pattern-type literal --topic a --topic b"),
                format!("{add} --operation Read --operation Write --resource-pattern-type literal --topic c"),
                format!("{add} --operation Write --resource-pattern-type prefixed --transactional-id order-"),
            ]
        );
    }
}
