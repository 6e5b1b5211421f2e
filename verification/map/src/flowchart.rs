//! What causes what, as Mermaid flowcharts.

use std::collections::BTreeSet;

use events_schema::{Source, schema::Described};

use crate::seen::{Name, Seen};

const CLASSES: &str = "    classDef outside fill:#fff,stroke:#555,color:#000
    classDef order fill:#dbeafe,stroke:#1d4ed8,color:#000
    classDef inventory fill:#dcfce7,stroke:#15803d,color:#000
    classDef payment fill:#fef3c7,stroke:#b45309,color:#000";

/// What an order causes: only events about orders.
pub fn of_orders(events: &[Described], seen: &Seen) -> String {
    let about = |event: &Name| seen.about_orders.contains(event);
    chart(events, seen, "flowchart TD", &|cause, effect| about(cause) && about(effect))
}

/// What moves stock and products: every step that an event about an order is not on both sides of.
pub fn of_stock(events: &[Described], seen: &Seen) -> String {
    let about = |event: &Name| seen.about_orders.contains(event);
    chart(events, seen, "flowchart LR", &|cause, effect| !about(cause) || !about(effect))
}

fn chart(events: &[Described], seen: &Seen, head: &str, drawn: &dyn Fn(&Name, &Name) -> bool) -> String {
    let class = |name: Name| {
        let event = events.iter().find(|event| event.event == name)?;
        Some(event.topics[0].owner().map_or("outside", Source::name))
    };
    let known = |(cause, effect): &&(Name, Name)| class(cause).is_some() && class(effect).is_some();
    let edges: Vec<&(Name, Name)> =
        seen.caused.iter().filter(|(cause, effect)| drawn(cause, effect)).filter(known).collect();
    let nodes: BTreeSet<Name> = edges.iter().flat_map(|(cause, effect)| [*cause, *effect]).collect();
    let mut lines = vec![head.to_owned()];
    lines.extend(nodes.iter().map(|name| format!("    {name}:::{}", class(name).unwrap_or("outside"))));
    lines.extend(edges.iter().map(|(cause, effect)| format!("    {cause} --> {effect}")));
    lines.push(CLASSES.to_owned());
    lines.join("\n")
}
