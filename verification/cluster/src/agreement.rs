//! What manifests say of the program must be what the program says: settings, ports, paths, commands, identities.

use events_schema::Source;
use serde_json::Value;

use crate::{
    manifest::{Manifest, list, of_kind},
    source::Code,
};

/// What manifests say of the program, and it does not.
pub fn complaints(all: &[Manifest], code: &Code) -> Vec<String> {
    let mut found = Vec::new();
    for settings in of_kind(all, "ConfigMap") {
        let named = settings.at("/data").as_object().into_iter().flatten().map(|(name, _)| name.as_str());
        found.extend(unknown(&settings.called(), named, code));
    }
    for manifest in all {
        for container in manifest.containers().into_iter().filter(|container| container["name"] == "orders") {
            found.extend(of_container(manifest, container, all, code));
        }
    }
    found.extend(of_services(all));
    found
}

/// Settings that no flag is read from.
fn unknown<'a>(called: &str, names: impl Iterator<Item = &'a str>, code: &Code) -> Vec<String> {
    names
        .filter(|name| name.starts_with("ORDERS_") && !code.settings.contains(*name))
        .map(|name| format!("{called}: {name} is no setting of the program"))
        .collect()
}

fn of_container(manifest: &Manifest, container: &Value, all: &[Manifest], code: &Code) -> Vec<String> {
    let named = list(&container["env"]).filter_map(|set| set["name"].as_str());
    let mut found = unknown(&manifest.called(), named, code);
    for probe in ["startupProbe", "livenessProbe", "readinessProbe"] {
        if let Some(path) = container[probe]["httpGet"]["path"].as_str()
            && !code.paths.contains(path)
        {
            found.push(format!(
                "{}: {probe} asks for {path}, which the admin port has not",
                manifest.called()
            ));
        }
    }
    if manifest.kind() != "Job" {
        found.extend(of_port(manifest, container, all));
    }
    found
}

/// The value of a setting: the container's own, or that from its ConfigMaps, of which the last one wins.
fn setting<'a>(container: &'a Value, all: &'a [Manifest], name: &str) -> &'a str {
    let own = list(&container["env"]).find(|set| set["name"] == name).and_then(|set| set["value"].as_str());
    own.or_else(|| of_maps(container, all, name)).unwrap_or_default()
}

fn of_maps<'a>(container: &Value, all: &'a [Manifest], name: &str) -> Option<&'a str> {
    list(&container["envFrom"])
        .filter_map(|from| of_kind(all, "ConfigMap").find(|map| from["configMapRef"]["name"] == map.name()))
        .map(|map| map.text(&format!("/data/{name}")))
        .filter(|value| !value.is_empty())
        .last()
}

fn of_port(manifest: &Manifest, container: &Value, all: &[Manifest]) -> Option<String> {
    let address = setting(container, all, "ORDERS_ADMIN");
    let port = address.rsplit_once(':').and_then(|(_, port)| port.parse::<u16>().ok());
    let declared = list(&container["ports"]).find(|given| given["name"] == "admin");
    let agrees = port.is_some() && declared.is_some_and(|given| given["containerPort"] == port.unwrap_or(0));
    (!agrees)
        .then(|| format!("{}: its port admin is not that of ORDERS_ADMIN ({address:?})", manifest.called()))
}

/// Each service runs as itself, under a name that is stable and its own, and reaches the broker by name.
fn of_services(all: &[Manifest]) -> Vec<String> {
    let mut found = Vec::new();
    for service in Source::SERVICES {
        let Some(pods) = of_kind(all, "StatefulSet").find(|pods| pods.name() == service.name()) else {
            continue;
        };
        let container = pods.at("/spec/template/spec/containers/0");
        let args: Vec<&str> = list(&container["args"]).filter_map(Value::as_str).take(2).collect();
        if args != ["run", service.name()] {
            found.push(format!("{}: runs {args:?}, not [\"run\", \"{service}\"]", pods.called()));
        }
        let instance = list(&container["env"]).find(|set| set["name"] == "ORDERS_INSTANCE");
        if instance.is_none_or(|set| set["valueFrom"]["fieldRef"]["fieldPath"] != "metadata.name") {
            found.push(format!(
                "{}: ORDERS_INSTANCE is not the pod's name: two pods would be one",
                pods.called()
            ));
        }
        if setting(container, all, "ORDERS_BROKERS").is_empty() {
            found.push(format!("{}: nobody says where the broker is: ORDERS_BROKERS", pods.called()));
        }
        let urls = ["ORDERS_BROKERS", "ORDERS_PROVIDER_URL", "OTEL_EXPORTER_OTLP_ENDPOINT"]
            .map(|name| (name, setting(container, all, name)));
        for (name, address) in urls.into_iter().filter(|(_, address)| !may_reach(pods, address, all)) {
            found.push(format!("{}: no NetworkPolicy lets it out to {name} ({address})", pods.called()));
        }
    }
    found
}

/// Whether a policy lets the pods out to the address's port. Nothing to reach, and no policies at all, are fine.
fn may_reach(pods: &Manifest, address: &str, all: &[Manifest]) -> bool {
    let port = address.rsplit_once(':').and_then(|(_, port)| port.parse::<u16>().ok());
    let mut policies = of_kind(all, "NetworkPolicy").peekable();
    let opens = |policy: &Manifest| {
        let rules = list(policy.at("/spec/egress"));
        rules.flat_map(|rule| list(&rule["ports"])).any(|open| port.is_some_and(|port| open["port"] == port))
    };
    address.is_empty()
        || policies.peek().is_none()
        || policies.any(|policy| pods.is_selected_by(policy.at("/spec/podSelector")) && opens(policy))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::manifest;

    const ONE: &str = "
kind: ConfigMap
metadata: {name: orders-1}
data: {ORDERS_ADMIN: '0.0.0.0:9600', ORDERS_BROKERS: 'kafka:9092'}
---
kind: StatefulSet
metadata: {name: order}
spec:
  template:
    spec:
      containers:
        - name: orders
          args: [run, order]
          env: [{name: ORDERS_INSTANCE, valueFrom: {fieldRef: {fieldPath: metadata.name}}}]
          envFrom: [{configMapRef: {name: orders-1}}]
          ports: [{name: admin, containerPort: 9600}]
          livenessProbe: {httpGet: {path: /livez}}
---
kind: NetworkPolicy
metadata: {name: kafka}
spec: {podSelector: {}, egress: [{ports: [{port: 9092}]}]}
";

    fn said_after(from: &str, to: &str) -> Vec<String> {
        assert!(ONE.contains(from), "{from} does not stand there");
        let settings = ["ORDERS_ADMIN", "ORDERS_BROKERS", "ORDERS_INSTANCE"].map(str::to_owned).into();
        let code = Code { settings, paths: ["/livez".to_owned()].into(), ..Code::default() };
        complaints(&manifest::read(&ONE.replacen(from, to, 1)).unwrap(), &code)
    }

    #[test]
    fn manifests_that_agree_with_the_program_are_not_complained_about() {
        assert_eq!(said_after("kind", "kind"), Vec::<String>::new());
    }

    #[test]
    fn every_disagreement_is_told() {
        let cases = [
            ("ORDERS_BROKERS: ", "ORDERS_BROKER: ", "ConfigMap orders-1: ORDERS_BROKER is no setting"),
            ("ORDERS_BROKERS: ", "OTHER: ", "StatefulSet order: nobody says where the broker is"),
            ("path: /livez", "path: /health", "StatefulSet order: livenessProbe asks for /health"),
            (
                "containerPort: 9600",
                "containerPort: 9601",
                "StatefulSet order: its port admin is not that of",
            ),
            ("[run, order]", "[run, payment]", "StatefulSet order: runs [\"run\", \"payment\"]"),
            (
                "metadata.name}}}]",
                "metadata.uid}}}]",
                "StatefulSet order: ORDERS_INSTANCE is not the pod's name",
            ),
            (
                "env: [",
                "env: [{name: OTEL_EXPORTER_OTLP_ENDPOINT, value: 'http://collector:4317'}, ",
                "StatefulSet order: no NetworkPolicy lets it out to OTEL_EXPORTER_OTLP_ENDPOINT",
            ),
        ];
        for (from, to, expected) in cases {
            let said = said_after(from, to);
            assert!(said.iter().any(|line| line.starts_with(expected)), "{to}: {said:?}");
        }
    }
}
