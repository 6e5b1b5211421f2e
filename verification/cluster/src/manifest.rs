//! A rendered file as the objects in it, and the words to ask them with.

use anyhow::Context;
use serde_json::Value;

/// One object of Kubernetes.
#[derive(Clone, Debug)]
pub struct Manifest(pub Value);

/// Nothing stands there.
const NOTHING: &Value = &Value::Null;

/// All objects of a file with several documents.
pub fn read(text: &str) -> anyhow::Result<Vec<Manifest>> {
    use serde::Deserialize;
    let mut all = Vec::new();
    for document in serde_norway::Deserializer::from_str(text) {
        let value = Value::deserialize(document).with_context(|| format!("document {}", all.len() + 1))?;
        if !value.is_null() {
            all.push(Manifest(value));
        }
    }
    Ok(all)
}

impl Manifest {
    /// What stands at a JSON pointer; null if nothing does.
    pub fn at(&self, pointer: &str) -> &Value {
        self.0.pointer(pointer).unwrap_or(NOTHING)
    }

    /// The text at a JSON pointer; empty if there is none.
    pub fn text(&self, pointer: &str) -> &str {
        self.at(pointer).as_str().unwrap_or_default()
    }

    /// Its kind.
    pub fn kind(&self) -> &str {
        self.text("/kind")
    }

    /// Its name.
    pub fn name(&self) -> &str {
        self.text("/metadata/name")
    }

    /// How complaints call it.
    pub fn called(&self) -> String {
        format!("{} {}", self.kind(), self.name())
    }

    /// The pods it makes, if it makes any.
    pub fn pods(&self) -> Option<&Value> {
        matches!(self.kind(), "StatefulSet" | "Deployment" | "Job" | "DaemonSet")
            .then(|| self.at("/spec/template/spec"))
    }

    /// The containers of its pods, those that run first included.
    pub fn containers(&self) -> Vec<&Value> {
        let Some(pods) = self.pods() else { return Vec::new() };
        list(&pods["containers"]).chain(list(&pods["initContainers"])).collect()
    }

    /// Whether a label selector takes its pods.
    pub fn is_selected_by(&self, selector: &Value) -> bool {
        self.pods().is_some() && selects(selector, self.at("/spec/template/metadata/labels"))
    }
}

/// Whether a label selector takes something with these labels. An empty one takes everything.
pub fn selects(selector: &Value, labels: &Value) -> bool {
    let equal = selector["matchLabels"]
        .as_object()
        .is_none_or(|wanted| wanted.iter().all(|(name, value)| &labels[name] == value));
    let expressions = list(&selector["matchExpressions"]).all(|expression| {
        let label = &labels[expression["key"].as_str().unwrap_or_default()];
        let among = list(&expression["values"]).any(|value| value == label);
        match expression["operator"].as_str() {
            Some("In") => among,
            Some("NotIn") => !among,
            Some("Exists") => !label.is_null(),
            _ => label.is_null(),
        }
    });
    equal && expressions
}

/// What a list holds; nothing if it is none.
pub fn list(value: &Value) -> impl Iterator<Item = &Value> {
    value.as_array().into_iter().flatten()
}

/// The objects of a kind.
pub fn of_kind<'a>(all: &'a [Manifest], kind: &'a str) -> impl Iterator<Item = &'a Manifest> {
    all.iter().filter(move |manifest| manifest.kind() == kind)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_selector_takes_what_has_all_its_labels() {
        let labels = json!({"name": "order", "part-of": "orders"});
        assert!(selects(&json!({}), &labels));
        assert!(selects(&json!({"matchLabels": {"name": "order"}}), &labels));
        assert!(!selects(&json!({"matchLabels": {"name": "payment"}}), &labels));
        let among =
            json!({"matchExpressions": [{"key": "name", "operator": "In", "values": ["order", "payment"]}]});
        assert!(selects(&among, &labels));
        assert!(!selects(&among, &json!({"name": "kafka"})));
    }

    #[test]
    fn documents_without_content_are_passed_over() {
        let all = read("---\nkind: A\n---\n# nothing\n---\nkind: B\n").unwrap();
        assert_eq!(all.iter().map(Manifest::kind).collect::<Vec<_>>(), ["A", "B"]);
    }
}
