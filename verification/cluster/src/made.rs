//! Files that are made, not written by hand: where they stand, and what stands in them.

use std::path::PathBuf;

use serde_json::Value;

use crate::{alerts::Alarms, dashboards, root, strimzi};

/// One of them.
pub struct Made {
    /// Its path, from the root of the repository.
    pub path: String,
    /// What must stand in it.
    pub text: String,
}

/// All of them.
pub fn all() -> anyhow::Result<Vec<Made>> {
    let mut all = vec![
        yaml("k8s/components/strimzi/topics.yaml", &strimzi::topics())?,
        yaml("k8s/components/strimzi/users.yaml", &strimzi::users())?,
        yaml("k8s/components/monitoring/rules.yaml", &[Alarms::read()?.as_prometheus_rule()])?,
    ];
    for (name, dashboard) in dashboards::all() {
        let text = format!("{}\n", serde_json::to_string_pretty(&dashboard)?);
        all.push(Made { path: format!("observability/dashboards/{name}.json"), text });
    }
    Ok(all)
}

fn yaml(path: &str, documents: &[Value]) -> anyhow::Result<Made> {
    let mut text = "# Made by `cargo run -p cluster -- write`; a test says when it is stale.\n".to_owned();
    for document in documents {
        text.push_str("---\n");
        text.push_str(&serde_norway::to_string(document)?);
    }
    Ok(Made { path: path.to_owned(), text })
}

impl Made {
    /// Where it stands.
    pub fn place(&self) -> PathBuf {
        root().join(&self.path)
    }
}
