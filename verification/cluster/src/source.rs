//! What the code says of itself: names of settings, paths of the admin port, names of metrics. Read from its text, so
//! that nothing big is built to compare a manifest with it.

use std::{collections::BTreeSet, fs, path::Path};

use anyhow::Context;

/// Folders whose code is in the image.
const FOLDERS: [&str; 6] = [
    "choreography/src",
    "services/order/src",
    "services/inventory/src",
    "services/payment/src",
    "cli/src",
    "verification/auditor/src",
];

/// What the Prometheus library tells of every process that serves metrics.
const PROCESS: [&str; 6] = [
    "process_cpu_seconds_total",
    "process_open_fds",
    "process_max_fds",
    "process_resident_memory_bytes",
    "process_start_time_seconds",
    "process_threads",
];

/// Names that the code uses.
#[derive(Debug, Default)]
pub struct Code {
    /// Variables that a flag is read from: `ORDERS_BROKERS`.
    pub settings: BTreeSet<String>,
    /// Paths of the admin ports: `/livez`.
    pub paths: BTreeSet<String>,
    /// Metrics: `orders_lag_records`.
    pub metrics: BTreeSet<String>,
}

impl Code {
    /// Reads the repository's code.
    pub fn read(root: &Path) -> anyhow::Result<Code> {
        let mut code = Code::default();
        for folder in FOLDERS {
            code.read_folder(&root.join(folder))?;
        }
        Ok(code)
    }

    fn read_folder(&mut self, folder: &Path) -> anyhow::Result<()> {
        for entry in fs::read_dir(folder).with_context(|| folder.display().to_string())? {
            let path = entry?.path();
            if path.is_dir() {
                self.read_folder(&path)?;
            } else if path.extension().is_some_and(|ending| ending == "rs") {
                self.read_text(&fs::read_to_string(&path)?);
            }
        }
        Ok(())
    }

    fn read_text(&mut self, text: &str) {
        self.settings.extend(quoted_after(text, "env = \""));
        self.paths.extend(quoted_after(text, ".route(\""));
        let is_metric =
            |name: &String| name.bytes().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == b'_');
        let metrics = quoted_after(text, "\"orders_").map(|rest| format!("orders_{rest}"));
        self.metrics.extend(metrics.filter(is_metric));
    }

    /// Whether a series of this name is exported. A histogram has three; all of ours count seconds.
    pub fn exports(&self, series: &str) -> bool {
        let of_histogram = ["_bucket", "_sum", "_count"].iter().filter_map(|end| series.strip_suffix(end));
        self.metrics.contains(series)
            || PROCESS.contains(&series)
            || of_histogram.into_iter().any(|name| name.ends_with("_seconds") && self.metrics.contains(name))
    }
}

/// What stands between each occurrence of `mark` and the next quotation mark.
fn quoted_after<'a>(text: &'a str, mark: &'a str) -> impl Iterator<Item = String> + 'a {
    text.split(mark).skip(1).filter_map(|rest| rest.split_once('"')).map(|(name, _)| name.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_found_in_code() {
        let mut code = Code::default();
        code.read_text(
            r#"#[arg(long, env = "ORDERS_BROKERS")] x; r.route("/livez", get(livez));
            timing("orders_commit_seconds", "Time."); Opts::new("orders_tasks", ""); "orders_ are {n}";"#,
        );
        assert_eq!(code.settings.into_iter().collect::<Vec<_>>(), ["ORDERS_BROKERS"]);
        assert_eq!(code.paths.into_iter().collect::<Vec<_>>(), ["/livez"]);
        assert_eq!(code.metrics.into_iter().collect::<Vec<_>>(), ["orders_commit_seconds", "orders_tasks"]);
    }

    #[test]
    fn a_histogram_has_three_series() {
        let metrics = ["orders_commit_seconds", "orders_tasks"].map(str::to_owned).into();
        let code = Code { metrics, ..Code::default() };
        assert!(code.exports("orders_commit_seconds_bucket") && code.exports("orders_tasks"));
        assert!(!code.exports("orders_tasks_bucket") && !code.exports("orders_lag_records"));
    }
}
