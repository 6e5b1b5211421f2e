//! A schema of ours in the words of JSON Schema draft-07, which registries and AsyncAPI tools read.

use serde_json::{Map, Value, json};

/// The same schema in draft-07: other names for `$schema` and `$defs`, and a reference with company, whose company that
/// draft would ignore, is put into an `allOf`.
pub fn draft7(schema: &Value) -> Value {
    let mut schema = rewritten(schema);
    if let Some(top) = schema.as_object_mut().filter(|top| top.contains_key("$schema")) {
        top.insert("$schema".to_owned(), json!("http://json-schema.org/draft-07/schema#"));
    }
    schema
}

fn rewritten(schema: &Value) -> Value {
    match schema {
        Value::Object(of) => object(of),
        Value::Array(all) => all.iter().map(rewritten).collect(),
        other => other.clone(),
    }
}

fn object(of: &Map<String, Value>) -> Value {
    let mut found = Map::new();
    for (word, value) in of {
        match (word.as_str(), value.as_str()) {
            ("$ref", Some(to)) => {
                let to = json!({ "$ref": to.replace("#/$defs/", "#/definitions/") });
                if of.len() == 1 {
                    return to;
                }
                found.insert("allOf".to_owned(), json!([to]));
            }
            ("$defs", None) => drop(found.insert("definitions".to_owned(), rewritten(value))),
            _ => drop(found.insert(word.clone(), rewritten(value))),
        }
    }
    Value::Object(found)
}
