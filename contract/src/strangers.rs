//! The fields of an event that its schema does not know: read or not, they say nothing to anybody.

use serde_json::Value;

use crate::shape::Shape;

/// Where they stand, as `data.lines[0].quantiy`, in the order of their names.
pub fn strangers(schema: &Value, event: &Value) -> Vec<String> {
    let mut found = Vec::new();
    look(&Shape::of(schema), event, "", &mut found);
    found
}

fn look(shape: &Shape, value: &Value, at: &str, found: &mut Vec<String>) {
    match value {
        Value::Object(fields) if !shape.fields.is_empty() => {
            for (name, value) in fields {
                let at = if at.is_empty() { name.clone() } else { format!("{at}.{name}") };
                match shape.fields.get(name) {
                    Some(shape) => look(shape, value, &at, found),
                    None => found.push(at),
                }
            }
        }
        Value::Array(items) => {
            let Some(shape) = &shape.items else { return };
            items.iter().enumerate().for_each(|(n, item)| look(shape, item, &format!("{at}[{n}]"), found));
        }
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::strangers;

    #[test]
    fn a_misspelt_field_is_found_where_it_stands() {
        let schemas = events_schema::schema::all();
        let placed = schemas.iter().find(|described| described.event == "OrderPlaced").unwrap();
        let event = json!({ "type": "OrderPlaced", "data": {
            "customer_id": "ada", "lines": [{ "sku": "mug", "quantity": 1 }, { "sku": "mug", "quantiy": 1 }],
            "curency": "EUR", "payment": { "method": "card", "token": "tok_ok" },
        } });
        assert_eq!(strangers(&placed.schema, &event), ["data.curency", "data.lines[1].quantiy"]);
    }
}
