//! JSON Schemas as kubeconform wants them: one file a kind, strict, from what Kubernetes and the operators ship.

use std::{fs, path::Path};

use anyhow::Context;
use serde_json::{Value, json};

use crate::manifest;

/// Copies Kubernetes' own schemas. They come with addresses of their own, by which they would not find one another.
pub fn copy_kubernetes(from: &Path, to: &Path) -> anyhow::Result<usize> {
    let mut copied = 0;
    for entry in fs::read_dir(from).with_context(|| from.display().to_string())? {
        let path = entry?.path();
        let Some(name) = path.file_name().filter(|_| path.extension().is_some_and(|ending| ending == "json"))
        else {
            continue;
        };
        let text = fs::read_to_string(&path)?.replace("\"/api/_definitions.json", "\"_definitions.json");
        let mut schema: Value = serde_json::from_str(&text).with_context(|| path.display().to_string())?;
        schema.as_object_mut().map(|fields| fields.remove("$id"));
        fs::write(to.join(name), schema.to_string())?;
        copied += 1;
    }
    Ok(copied)
}

/// Takes the schemas out of a file of CustomResourceDefinitions.
pub fn from_definitions(text: &str, to: &Path) -> anyhow::Result<usize> {
    let mut written = 0;
    for definition in manifest::read(text)?.iter().filter(|one| one.kind() == "CustomResourceDefinition") {
        for version in manifest::list(definition.at("/spec/versions")) {
            fs::write(
                to.join(file_name(definition, version)),
                strict(&version["schema"]["openAPIV3Schema"]).to_string(),
            )?;
            written += 1;
        }
    }
    Ok(written)
}

/// As kubeconform's template `{{.ResourceKind}}{{.KindSuffix}}.json` asks for it.
fn file_name(definition: &manifest::Manifest, version: &Value) -> String {
    let group = definition.text("/spec/group").split('.').next().unwrap_or_default();
    let version = version["name"].as_str().unwrap_or_default();
    format!("{}-{group}-{version}.json", definition.text("/spec/names/kind")).to_lowercase()
}

/// The same schema, refusing fields that it does not name, as the server does when it is asked to be strict.
fn strict(schema: &Value) -> Value {
    let mut schema = schema.clone();
    close(&mut schema);
    // Every object has these, whatever its definition says of them.
    for (field, kind) in [("apiVersion", "string"), ("kind", "string"), ("metadata", "object")] {
        schema["properties"][field] = json!({ "type": kind });
    }
    schema
}

fn close(schema: &mut Value) {
    let Some(fields) = schema.as_object_mut() else { return };
    if fields.get("x-kubernetes-int-or-string") == Some(&json!(true)) {
        fields.remove("type");
        fields.insert("type".to_owned(), json!(["integer", "string"]));
    }
    let open = fields.get("x-kubernetes-preserve-unknown-fields") == Some(&json!(true));
    if fields.contains_key("properties") && !fields.contains_key("additionalProperties") && !open {
        fields.insert("additionalProperties".to_owned(), json!(false));
    }
    for name in ["properties", "patternProperties"] {
        if let Some(Value::Object(inner)) = fields.get_mut(name) {
            inner.values_mut().for_each(close);
        }
    }
    for name in ["items", "additionalProperties"] {
        fields.get_mut(name).into_iter().for_each(close);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_strict_schema_refuses_what_it_does_not_name_at_any_depth() {
        let open =
            json!({"properties": {"spec": {"properties": {"a": {"items": {"properties": {"b": {}}}}}}}});
        let strict = strict(&open);
        for place in ["", "/properties/spec", "/properties/spec/properties/a/items"] {
            let at = strict.pointer(&format!("{place}/additionalProperties"));
            assert_eq!(at, Some(&json!(false)), "{place}");
        }
        assert_eq!(strict["properties"]["metadata"]["type"], "object");
    }

    #[test]
    fn what_is_left_open_on_purpose_stays_open() {
        let mut open = json!({"x-kubernetes-preserve-unknown-fields": true, "properties": {}});
        close(&mut open);
        assert_eq!(open.get("additionalProperties"), None);
        let mut port = json!({"x-kubernetes-int-or-string": true, "anyOf": []});
        close(&mut port);
        assert_eq!(port["type"], json!(["integer", "string"]));
    }
}
