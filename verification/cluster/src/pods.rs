//! What a pod must be like: not root, walled in, with limits and probes, without secrets where they can be read.

use serde_json::Value;

use crate::manifest::{Manifest, list};

/// A rule about a pod: what is wrong with one that breaks it.
type PodRule = (fn(&Value) -> bool, &'static str);
/// The same about a container, and the pods it is in.
type ContainerRule = (fn(&Value, &Value) -> bool, &'static str);

const OF_PODS: &[PodRule] = &[
    (has_no_token, "has a token of the cluster's: automountServiceAccountToken must be false"),
    (
        keeps_to_itself,
        "shares the node's network, processes or files: no hostNetwork, hostPID, hostIPC, hostPath",
    ),
    (is_filtered, "may make any system call: seccompProfile must be RuntimeDefault"),
];

const OF_CONTAINERS: &[ContainerRule] = &[
    (is_not_root, "runs as root: runAsNonRoot must be true and runAsUser a number above 0"),
    (
        gains_nothing,
        "may gain privileges: allowPrivilegeEscalation must be false, and it must not be privileged",
    ),
    (has_no_capabilities, "has capabilities: drop ALL, add none"),
    (writes_nothing, "writes to its own image: readOnlyRootFilesystem must be true"),
    (is_limited, "has no limit: requests and limits of cpu and memory must be there"),
    (is_pinned, "has an image that can become another: give a tag other than latest, or a digest"),
    (hides_secrets, "shows a secret: give secrets as files, not as variables or arguments"),
];

/// What may write to its image, and why.
const MAY_WRITE: &[(&str, &str)] = &[("kafka", "Redpanda writes its settings beside its program")];

/// What is wrong with the pods.
pub fn complaints(all: &[Manifest]) -> Vec<String> {
    all.iter().filter(|manifest| manifest.pods().is_some()).flat_map(of_one).collect()
}

fn of_one(manifest: &Manifest) -> Vec<String> {
    let Some(pods) = manifest.pods() else { return Vec::new() };
    let mut found: Vec<String> =
        OF_PODS.iter().filter(|(holds, _)| !holds(pods)).map(|(_, what)| (*what).to_owned()).collect();
    for container in manifest.containers() {
        let name = container["name"].as_str().unwrap_or("?");
        let broken = OF_CONTAINERS.iter().filter(|(holds, _)| !holds(container, pods));
        found.extend(broken.map(|(_, what)| format!("container {name} {what}")));
        if manifest.kind() != "Job" && !is_probed(container) {
            found.push(format!(
                "container {name} is not probed: livenessProbe and readinessProbe must be there"
            ));
        }
    }
    found.into_iter().map(|what| format!("{}: {what}", manifest.called())).collect()
}

fn has_no_token(pods: &Value) -> bool {
    pods["automountServiceAccountToken"] == false
}

fn keeps_to_itself(pods: &Value) -> bool {
    let shared = ["hostNetwork", "hostPID", "hostIPC"].iter().any(|name| pods[name] == true);
    !shared && list(&pods["volumes"]).all(|volume| volume["hostPath"].is_null())
}

fn is_filtered(pods: &Value) -> bool {
    pods["securityContext"]["seccompProfile"]["type"] == "RuntimeDefault"
}

/// What holds for the container: its own word, else the pod's.
fn context<'a>(container: &'a Value, pods: &'a Value, name: &str) -> &'a Value {
    let own = &container["securityContext"][name];
    if own.is_null() { &pods["securityContext"][name] } else { own }
}

fn is_not_root(container: &Value, pods: &Value) -> bool {
    context(container, pods, "runAsNonRoot") == true
        && context(container, pods, "runAsUser").as_u64().is_some_and(|user| user > 0)
}

fn gains_nothing(container: &Value, _: &Value) -> bool {
    let own = &container["securityContext"];
    own["allowPrivilegeEscalation"] == false && own["privileged"] != true
}

fn has_no_capabilities(container: &Value, _: &Value) -> bool {
    let own = &container["securityContext"]["capabilities"];
    list(&own["drop"]).any(|dropped| dropped == "ALL") && list(&own["add"]).next().is_none()
}

fn writes_nothing(container: &Value, _: &Value) -> bool {
    container["securityContext"]["readOnlyRootFilesystem"] == true
        || MAY_WRITE.iter().any(|(name, _)| container["name"] == *name)
}

fn is_limited(container: &Value, _: &Value) -> bool {
    ["requests", "limits"]
        .iter()
        .all(|bound| ["cpu", "memory"].iter().all(|what| !container["resources"][bound][what].is_null()))
}

fn is_pinned(container: &Value, _: &Value) -> bool {
    let image = container["image"].as_str().unwrap_or_default();
    let (_, last) = image.rsplit_once('/').unwrap_or(("", image));
    image.contains("@sha256:") || last.split_once(':').is_some_and(|(_, tag)| tag != "latest")
}

fn hides_secrets(container: &Value, _: &Value) -> bool {
    let secret = |text: &str| {
        let text = text.to_ascii_lowercase();
        ["password", "passphrase", "secret", "token", "credential"].iter().any(|word| text.contains(word))
    };
    let variable =
        |set: &Value| !set["valueFrom"]["secretKeyRef"].is_null() || set["name"].as_str().is_some_and(secret);
    let argument = |text: &Value| text.as_str().is_some_and(secret);
    !list(&container["env"]).any(variable)
        && !list(&container["envFrom"]).any(|from| !from["secretRef"].is_null())
        && !list(&container["args"]).chain(list(&container["command"])).any(argument)
}

fn is_probed(container: &Value) -> bool {
    ["livenessProbe", "readinessProbe"].iter().all(|probe| !container[probe].is_null())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn good() -> Value {
        json!({
            "kind": "Deployment", "metadata": {"name": "a"},
            "spec": {"template": {"spec": {
                "automountServiceAccountToken": false,
                "securityContext": {"runAsNonRoot": true, "runAsUser": 65532, "seccompProfile": {"type": "RuntimeDefault"}},
                "containers": [{
                    "name": "c", "image": "registry.example.com:5000/orders:0.1.0",
                    "resources": {"requests": {"cpu": "1", "memory": "1Gi"}, "limits": {"cpu": "1", "memory": "1Gi"}},
                    "securityContext": {"allowPrivilegeEscalation": false, "readOnlyRootFilesystem": true, "capabilities": {"drop": ["ALL"]}},
                    "livenessProbe": {}, "readinessProbe": {},
                }],
            }}},
        })
    }

    /// What is said of the good one after one change.
    fn said_after(pointer: &str, change: Value) -> Vec<String> {
        let mut one = good();
        let (parent, field) = pointer.rsplit_once('/').unwrap();
        one.pointer_mut(&format!("/spec/template/spec{parent}")).unwrap()[field] = change;
        complaints(&[Manifest(one)])
    }

    #[test]
    fn a_pod_that_keeps_to_the_rules_is_not_complained_about() {
        assert_eq!(complaints(&[Manifest(good())]), Vec::<String>::new());
    }

    #[test]
    fn every_rule_has_a_pod_that_breaks_it_and_only_it() {
        let breaks = [
            ("/automountServiceAccountToken", json!(true), "has a token"),
            ("/hostNetwork", json!(true), "shares the node's network"),
            ("/volumes", json!([{"hostPath": {"path": "/"}}]), "shares the node's network"),
            ("/securityContext/seccompProfile", json!({}), "may make any system call"),
            ("/containers/0/securityContext/runAsUser", json!(0), "container c runs as root"),
            ("/securityContext/runAsNonRoot", json!(null), "container c runs as root"),
            ("/containers/0/securityContext/privileged", json!(true), "may gain privileges"),
            (
                "/containers/0/securityContext/capabilities",
                json!({"drop": ["ALL"], "add": ["NET_RAW"]}),
                "has capabilities",
            ),
            ("/containers/0/securityContext/readOnlyRootFilesystem", json!(false), "writes to its own image"),
            ("/containers/0/resources/limits", json!({"cpu": "1"}), "has no limit"),
            ("/containers/0/image", json!("registry.example.com:5000/orders"), "can become another"),
            ("/containers/0/image", json!("orders:latest"), "can become another"),
            ("/containers/0/env", json!([{"name": "SASL_PASSWORD", "value": "x"}]), "shows a secret"),
            ("/containers/0/args", json!(["-Xsasl.password=x"]), "shows a secret"),
            ("/containers/0/livenessProbe", json!(null), "is not probed"),
        ];
        for (pointer, change, expected) in breaks {
            let said = said_after(pointer, change);
            assert!(said.len() == 1 && said[0].contains(expected), "{pointer}: {said:?}");
            assert!(said[0].starts_with("Deployment a: "), "{said:?}");
        }
    }
}
