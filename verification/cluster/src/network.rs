//! Who may speak to whom: nobody, but for what a policy opens; and what is opened is there.

use serde_json::Value;

use crate::manifest::{Manifest, list, of_kind, selects};

/// What is wrong with policies, services and monitors.
pub fn complaints(all: &[Manifest]) -> Vec<String> {
    let mut found = Vec::new();
    if !of_kind(all, "NetworkPolicy").any(denies_everything) {
        found.push(
            "no NetworkPolicy denies everything: an empty podSelector, Ingress and Egress, no rules"
                .to_owned(),
        );
    }
    for manifest in all {
        found.extend(unopened(manifest, all));
        found.extend(match manifest.kind() {
            "NetworkPolicy" => opened_for_nobody(manifest, all),
            "Service" => serves_nobody(manifest, all),
            "ServiceMonitor" => monitors_nobody(manifest, all),
            _ => Vec::new(),
        });
    }
    found
}

fn denies_everything(policy: &Manifest) -> bool {
    let types = ["Ingress", "Egress"];
    policy.at("/spec/podSelector").as_object().is_some_and(|selector| selector.is_empty())
        && types.iter().all(|wanted| list(policy.at("/spec/policyTypes")).any(|given| given == wanted))
        && policy.at("/spec/ingress").is_null()
        && policy.at("/spec/egress").is_null()
}

fn takes(policy: &Manifest, pods: &Manifest) -> bool {
    pods.is_selected_by(policy.at("/spec/podSelector"))
}

/// The port numbers that the rules of a policy open.
fn opened<'a>(policy: &'a Manifest, direction: &str) -> Vec<&'a Value> {
    let rules = list(policy.at(&format!("/spec/{direction}")));
    rules.flat_map(|rule| list(&rule["ports"])).map(|port| &port["port"]).collect()
}

fn container_ports(pods: &Manifest) -> Vec<&Value> {
    pods.containers().into_iter().flat_map(|container| list(&container["ports"])).collect()
}

/// Ports of pods that no policy lets anybody in to.
fn unopened(pods: &Manifest, all: &[Manifest]) -> Vec<String> {
    let is_open = |port: &Value| {
        of_kind(all, "NetworkPolicy")
            .filter(|policy| takes(policy, pods))
            .any(|policy| opened(policy, "ingress").contains(&port))
    };
    container_ports(pods)
        .into_iter()
        .map(|port| &port["containerPort"])
        .filter(|port| !is_open(port))
        .map(|port| {
            format!("{}: port {port} is in no NetworkPolicy's ingress: nobody can reach it", pods.called())
        })
        .collect()
}

/// Openings that lead nowhere.
fn opened_for_nobody(policy: &Manifest, all: &[Manifest]) -> Vec<String> {
    let pods: Vec<&Manifest> = all.iter().filter(|manifest| takes(policy, manifest)).collect();
    let listens = |port: &Value| {
        pods.iter().any(|one| container_ports(one).iter().any(|given| given["containerPort"] == *port))
    };
    let mut found = Vec::new();
    if pods.is_empty() {
        found.push(format!("{}: selects no pods", policy.called()));
    }
    for port in opened(policy, "ingress").into_iter().filter(|port| !listens(port)) {
        found.push(format!("{}: opens port {port}, which none of its pods has", policy.called()));
    }
    found
}

fn serves_nobody(service: &Manifest, all: &[Manifest]) -> Vec<String> {
    let selector = serde_json::json!({ "matchLabels": service.at("/spec/selector") });
    let pods: Vec<&Manifest> = all.iter().filter(|manifest| manifest.is_selected_by(&selector)).collect();
    if pods.is_empty() || service.at("/spec/selector").is_null() {
        return vec![format!("{}: selects no pods", service.called())];
    }
    let named = |target: &Value| {
        pods.iter().any(|one| {
            container_ports(one)
                .iter()
                .any(|port| port["name"] == *target || port["containerPort"] == *target)
        })
    };
    list(service.at("/spec/ports"))
        .map(|port| &port["targetPort"])
        .filter(|target| !named(target))
        .map(|target| format!("{}: leads to port {target}, which none of its pods has", service.called()))
        .collect()
}

/// A monitor must find its port at each service that it selects, and find some.
fn monitors_nobody(monitor: &Manifest, all: &[Manifest]) -> Vec<String> {
    let selector = monitor.at("/spec/selector");
    let services: Vec<&Manifest> =
        of_kind(all, "Service").filter(|service| selects(selector, service.at("/metadata/labels"))).collect();
    let mut found = Vec::new();
    if services.is_empty() {
        found.push(format!("{}: selects no services", monitor.called()));
    }
    for endpoint in list(monitor.at("/spec/endpoints")) {
        let has = |service: &&Manifest| {
            list(service.at("/spec/ports")).any(|port| port["name"] == endpoint["port"])
        };
        for service in services.iter().filter(|service| !has(service)) {
            let port = &endpoint["port"];
            found.push(format!("{}: {} has no port {port}", monitor.called(), service.called()));
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::manifest;

    const SHOP: &str = "
kind: StatefulSet
metadata: {name: order}
spec:
  template:
    metadata: {labels: {name: order}}
    spec: {containers: [{name: c, ports: [{name: admin, containerPort: 9600}]}]}
---
kind: Service
metadata: {name: order, labels: {part-of: orders}}
spec: {selector: {name: order}, ports: [{name: admin, targetPort: admin}]}
---
kind: ServiceMonitor
metadata: {name: orders}
spec: {selector: {matchLabels: {part-of: orders}}, endpoints: [{port: admin}]}
---
kind: NetworkPolicy
metadata: {name: default-deny}
spec: {podSelector: {}, policyTypes: [Ingress, Egress]}
---
kind: NetworkPolicy
metadata: {name: metrics}
spec: {podSelector: {matchLabels: {name: order}}, policyTypes: [Ingress], ingress: [{ports: [{port: 9600}]}]}
";

    fn said_after(from: &str, to: &str) -> Vec<String> {
        assert!(SHOP.contains(from), "{from} does not stand there");
        complaints(&manifest::read(&SHOP.replacen(from, to, 1)).unwrap())
    }

    #[test]
    fn a_shop_whose_ports_are_all_in_a_policy_is_not_complained_about() {
        assert_eq!(said_after("order", "order"), Vec::<String>::new());
    }

    #[test]
    fn a_port_in_no_policy_and_a_policy_for_no_port_are_told() {
        let said = said_after("containerPort: 9600", "containerPort: 9700");
        assert_eq!(said.len(), 2, "{said:?}");
        assert!(said[0].starts_with("StatefulSet order: port 9700 is in no NetworkPolicy"), "{said:?}");
        assert!(said[1].starts_with("NetworkPolicy metrics: opens port 9600"), "{said:?}");
    }

    #[test]
    fn a_missing_denial_is_told() {
        for open in ["policyTypes: [Ingress, Egress], egress: [{}]", "policyTypes: [Ingress]"] {
            let said = said_after("policyTypes: [Ingress, Egress]", open);
            assert!(said.iter().any(|line| line.starts_with("no NetworkPolicy denies")), "{open}: {said:?}");
        }
    }

    #[test]
    fn services_monitors_and_policies_for_nobody_are_told() {
        let cases = [
            ("selector: {name: order}", "selector: {name: other}", "Service order: selects no pods"),
            ("targetPort: admin", "targetPort: http", "Service order: leads to port \"http\""),
            (
                "{matchLabels: {part-of: orders}}",
                "{matchLabels: {part-of: x}}",
                "ServiceMonitor orders: selects no",
            ),
            (
                "endpoints: [{port: admin}]",
                "endpoints: [{port: http}]",
                "ServiceMonitor orders: Service order has no port",
            ),
            (
                "podSelector: {matchLabels: {name: order}}",
                "podSelector: {matchLabels: {name: x}}",
                "NetworkPolicy metrics: selects no",
            ),
        ];
        for (from, to, expected) in cases {
            let said = said_after(from, to);
            assert!(said.iter().any(|line| line.starts_with(expected)), "{to}: {said:?}");
        }
    }
}
