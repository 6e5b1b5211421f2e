//! Files that are made from the contract: where they stand, and what stands in them.

use std::path::PathBuf;

use serde_json::Value;

use crate::{alerts::Alarms, root, strimzi};

/// A file that is made, not written by hand.
pub struct Made {
    /// Its path, from the root of the repository.
    pub path: &'static str,
    /// What must stand in it.
    pub text: String,
}

/// All of them.
pub fn all() -> anyhow::Result<Vec<Made>> {
    Ok(vec![
        yaml("k8s/components/strimzi/topics.yaml", &strimzi::topics())?,
        yaml("k8s/components/strimzi/users.yaml", &strimzi::users())?,
        yaml("k8s/components/monitoring/rules.yaml", &[Alarms::read()?.as_prometheus_rule()])?,
    ])
}

fn yaml(path: &'static str, documents: &[Value]) -> anyhow::Result<Made> {
    let mut text = "# Made by `cargo run -p cluster -- write`; a test says when it is stale.\n".to_owned();
    for document in documents {
        text.push_str("---\n");
        text.push_str(&serde_norway::to_string(document)?);
    }
    Ok(Made { path, text })
}

impl Made {
    /// Where it stands.
    pub fn place(&self) -> PathBuf {
        root().join(self.path)
    }
}
