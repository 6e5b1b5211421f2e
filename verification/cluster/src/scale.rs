//! How services grow and shrink: by one autoscaler, to no more pods than partitions, never all gone at once.

use events_schema::{Source, Topic};
use serde_json::Value;

use crate::{
    manifest::{Manifest, list, of_kind},
    strimzi::PARTITIONS,
};

/// What is wrong with autoscalers and disruption budgets.
pub fn complaints(all: &[Manifest]) -> Vec<String> {
    let mut found = Vec::new();
    for service in Source::SERVICES {
        match of_kind(all, "StatefulSet").find(|pods| pods.name() == service.name()) {
            Some(pods) => found.extend(of_one(service, pods, all)),
            None => found.push(format!("StatefulSet {service}: is missing")),
        }
    }
    for advice in of_kind(all, "VerticalPodAutoscaler") {
        if advice.text("/spec/updatePolicy/updateMode") != "Off" {
            found.push(format!(
                "{}: acts, and another autoscaler does too: updateMode must be Off",
                advice.called()
            ));
        }
    }
    found.extend(all.iter().filter_map(|manifest| scales_nothing(manifest, all)));
    found
}

fn target(manifest: &Manifest) -> &Value {
    match manifest.kind() {
        "HorizontalPodAutoscaler" | "ScaledObject" => manifest.at("/spec/scaleTargetRef"),
        "VerticalPodAutoscaler" => manifest.at("/spec/targetRef"),
        _ => &Value::Null,
    }
}

fn scales_nothing(manifest: &Manifest, all: &[Manifest]) -> Option<String> {
    let wanted = target(manifest);
    let is = |one: &Manifest| wanted["kind"] == one.kind() && wanted["name"] == one.name();
    (!wanted.is_null() && !all.iter().any(is)).then(|| {
        format!("{}: its target {} {} is missing", manifest.called(), wanted["kind"], wanted["name"])
    })
}

fn of_one(service: Source, pods: &Manifest, all: &[Manifest]) -> Vec<String> {
    let mut found = Vec::new();
    let mut say = |holds: bool, what: &str| {
        if !holds {
            found.push(format!("{}: {what}", pods.called()));
        }
    };
    let scalers: Vec<&Manifest> = all
        .iter()
        .filter(|one| matches!(one.kind(), "HorizontalPodAutoscaler" | "ScaledObject"))
        .filter(|one| target(one)["name"] == service.name())
        .collect();
    say(scalers.len() <= 1, "two autoscalers: take the component autoscaler or keda");
    say(
        scalers.is_empty() || pods.at("/spec/replicas").is_null(),
        "replicas is set, and an autoscaler sets it too",
    );
    say(
        of_kind(all, "PodDisruptionBudget").any(|budget| {
            pods.is_selected_by(budget.at("/spec/selector")) && budget.at("/spec/maxUnavailable") == 1
        }),
        "no PodDisruptionBudget lets one pod go at a time",
    );
    let spread = pods.at("/spec/template/spec/topologySpreadConstraints");
    for key in ["kubernetes.io/hostname", "topology.kubernetes.io/zone"] {
        let by = |constraint: &Value| constraint["topologyKey"] == key;
        say(list(spread).any(by), &format!("is not spread by {key}"));
    }
    found.extend(scalers.into_iter().flat_map(|scaler| of_scaler(service, scaler)));
    found
}

fn of_scaler(service: Source, scaler: &Manifest) -> Vec<String> {
    let mut found = Vec::new();
    let most = match scaler.kind() {
        "ScaledObject" => scaler.at("/spec/maxReplicaCount"),
        _ => scaler.at("/spec/maxReplicas"),
    };
    if *most != PARTITIONS {
        found
            .push(format!("{}: at most {most} pods, and there are {PARTITIONS} partitions", scaler.called()));
    }
    if scaler.kind() == "ScaledObject" {
        found.extend(of_triggers(service, scaler));
    }
    found
}

/// Lag is counted on what the service answers; `operations` is an operator's, and never grows.
fn of_triggers(service: Source, scaler: &Manifest) -> Vec<String> {
    let triggers: Vec<&Value> =
        list(scaler.at("/spec/triggers")).map(|trigger| &trigger["metadata"]).collect();
    let mut found = Vec::new();
    for foreign in triggers.iter().filter(|trigger| trigger["consumerGroup"] != service.name()) {
        let group = &foreign["consumerGroup"];
        found.push(format!("{}: looks at group {group}, and the service's is {service}", scaler.called()));
    }
    let mut watched: Vec<&str> = triggers.iter().filter_map(|trigger| trigger["topic"].as_str()).collect();
    let mut wanted: Vec<&str> = service.inputs().map(Topic::name).collect();
    wanted.retain(|topic| *topic != Topic::Operations.name());
    watched.sort_unstable();
    wanted.sort_unstable();
    if watched != wanted {
        found.push(format!(
            "{}: counts lag on {watched:?}, and the service answers {wanted:?}",
            scaler.called()
        ));
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::manifest;

    fn shop() -> String {
        let one = |name: &str| {
            format!(
                "
kind: StatefulSet
metadata: {{name: {name}}}
spec:
  template:
    metadata: {{labels: {{name: {name}}}}}
    spec: {{topologySpreadConstraints: [{{topologyKey: kubernetes.io/hostname}}, {{topologyKey: topology.kubernetes.io/zone}}]}}
---
kind: PodDisruptionBudget
metadata: {{name: {name}}}
spec: {{maxUnavailable: 1, selector: {{matchLabels: {{name: {name}}}}}}}
---"
            )
        };
        let scaled = "
kind: ScaledObject
metadata: {name: payment}
spec:
  scaleTargetRef: {kind: StatefulSet, name: payment}
  maxReplicaCount: 12
  triggers:
    - {metadata: {consumerGroup: payment, topic: orders}}
    - {metadata: {consumerGroup: payment, topic: inventory}}
---
kind: HorizontalPodAutoscaler
metadata: {name: order}
spec: {maxReplicas: 12, scaleTargetRef: {kind: StatefulSet, name: order}}
---
kind: VerticalPodAutoscaler
metadata: {name: order}
spec: {targetRef: {kind: StatefulSet, name: order}, updatePolicy: {updateMode: 'Off'}}
";
        format!("{}{}{}{scaled}", one("order"), one("inventory"), one("payment"))
    }

    fn said_after(from: &str, to: &str) -> Vec<String> {
        let shop = shop();
        assert!(shop.contains(from), "{from} does not stand there");
        complaints(&manifest::read(&shop.replace(from, to)).unwrap())
    }

    #[test]
    fn a_shop_that_scales_by_the_rules_is_not_complained_about() {
        assert_eq!(said_after("kind", "kind"), Vec::<String>::new());
    }

    #[test]
    fn every_rule_has_a_shop_that_breaks_it() {
        let cases = [
            ("maxReplicas: 12", "maxReplicas: 24", "HorizontalPodAutoscaler order: at most 24 pods"),
            ("maxReplicaCount: 12", "maxReplicaCount: 6", "ScaledObject payment: at most 6 pods"),
            (
                "StatefulSet, name: payment}",
                "StatefulSet, name: order}",
                "StatefulSet order: two autoscalers",
            ),
            (
                "consumerGroup: payment, topic: orders",
                "consumerGroup: order, topic: orders",
                "ScaledObject payment: looks at group",
            ),
            (
                "topic: inventory",
                "topic: checkout",
                "ScaledObject payment: counts lag on [\"checkout\", \"orders\"]",
            ),
            ("maxUnavailable: 1", "maxUnavailable: 2", "StatefulSet order: no PodDisruptionBudget"),
            ("kubernetes.io/hostname", "other", "StatefulSet order: is not spread by kubernetes.io/hostname"),
            ("updateMode: 'Off'", "updateMode: Auto", "VerticalPodAutoscaler order: acts"),
            ("metadata: {name: inventory}", "metadata: {name: stock}", "StatefulSet inventory: is missing"),
            (
                "targetRef: {kind: StatefulSet, name: order}, u",
                "targetRef: {kind: StatefulSet, name: x}, u",
                "VerticalPodAutoscaler order: its target",
            ),
            (
                "kind: StatefulSet\nmetadata: {name: order}\nspec:\n",
                "kind: StatefulSet\nmetadata: {name: order}\nspec:\n  replicas: 2\n",
                "StatefulSet order: replicas is set",
            ),
        ];
        for (from, to, expected) in cases {
            let said = said_after(from, to);
            assert!(said.iter().any(|line| line.starts_with(expected)), "{to}: {said:?}");
        }
    }
}
