//! Alarms: each has a case that fires, one that is silent, a page that says what to do, and series that are exported.

use std::fs;

use anyhow::Context;
use serde_json::{Value, json};

use crate::{
    manifest::{self, list},
    queries, root,
    source::Code,
};

/// Where the alarms are written.
pub const ALERTS: &str = "observability/alerts.yaml";
/// Their cases.
pub const CASES: &str = "observability/alerts.test.yaml";
/// What to do about them.
pub const RUNBOOK: &str = "docs/RUNBOOK.md";

/// What alarms are compared with.
pub struct Alarms {
    rules: Value,
    cases: Value,
    runbook: String,
}

fn read(path: &str) -> anyhow::Result<String> {
    fs::read_to_string(root().join(path)).with_context(|| path.to_owned())
}

fn document(path: &str) -> anyhow::Result<Value> {
    let mut all = manifest::read(&read(path)?).with_context(|| path.to_owned())?;
    Ok(all.pop().context("empty")?.0)
}

/// Whether there is an event of this name, or one that begins so.
fn is_event(name: &str) -> bool {
    let named = |event: &str| match name.strip_suffix(".*") {
        Some(beginning) => event.starts_with(beginning),
        None => event == name,
    };
    events_schema::schema::all().iter().any(|described| named(described.event))
}

impl Alarms {
    /// Reads them from the repository.
    pub fn read() -> anyhow::Result<Alarms> {
        Ok(Alarms { rules: document(ALERTS)?, cases: document(CASES)?, runbook: read(RUNBOOK)? })
    }

    fn rules(&self) -> impl Iterator<Item = &Value> {
        list(&self.rules["groups"]).flat_map(|group| list(&group["rules"]))
    }

    /// What they lack.
    pub fn complaints(&self, code: &Code) -> Vec<String> {
        let mut found: Vec<String> = self.rules().flat_map(|rule| self.of_alarm(rule)).collect();
        for rule in self.rules() {
            let named = rule["alert"].as_str().or(rule["record"].as_str()).unwrap_or("?");
            let expr = rule["expr"].as_str().unwrap_or_default();
            found.extend(self.unknown(expr, code).into_iter().map(|what| format!("{named}: {what}")));
        }
        found
    }

    /// What a query names and is not there: series that neither the code exports nor a rule records, events nobody says.
    pub fn unknown(&self, query: &str, code: &Code) -> Vec<String> {
        let recorded = |name: &str| self.rules().any(|rule| rule["record"] == name);
        let is_series = |name: &&str| *name == "up" || code.exports(name) || recorded(name);
        let series = queries::series(query).filter(|name| !is_series(name));
        let mut unknown: Vec<String> = series.map(|name| format!("nobody exports {name}")).collect();
        let events = queries::events(query).filter(|name| !is_event(name));
        unknown.extend(events.map(|name| format!("there is no event {name}")));
        unknown
    }

    fn of_alarm(&self, rule: &Value) -> Vec<String> {
        let Some(alarm) = rule["alert"].as_str() else { return Vec::new() };
        let cases: Vec<&Value> = list(&self.cases["tests"])
            .flat_map(|test| list(&test["alert_rule_test"]))
            .filter(|case| case["alertname"] == alarm)
            .collect();
        let fires = |case: &&&Value| list(&case["exp_alerts"]).next().is_some();
        let lacks = [
            (cases.iter().any(|case| fires(&case)), "a case in which it fires"),
            (cases.iter().any(|case| !fires(&case)), "a case in which it is silent"),
            (self.runbook.contains(&format!("\n## {alarm}\n")), "a section of the runbook"),
            (
                matches!(rule["labels"]["severity"].as_str(), Some("page" | "ticket")),
                "a severity, page or ticket",
            ),
            (rule["annotations"]["summary"].is_string(), "a summary"),
            (rule["annotations"]["description"].is_string(), "a description"),
        ];
        lacks.into_iter().filter(|(has, _)| !has).map(|(_, what)| format!("{alarm} lacks {what}")).collect()
    }

    /// The same for the Prometheus operator, with the page of each in the runbook.
    pub fn as_prometheus_rule(&self) -> Value {
        let mut groups = self.rules["groups"].clone();
        for rule in groups
            .as_array_mut()
            .into_iter()
            .flatten()
            .filter_map(|group| group["rules"].as_array_mut())
            .flatten()
        {
            if let Some(alarm) = rule["alert"].as_str() {
                rule["annotations"]["runbook_url"] = json!(format!("{RUNBOOK}#{}", alarm.to_lowercase()));
            }
        }
        json!({
            "apiVersion": "monitoring.coreos.com/v1",
            "kind": "PrometheusRule",
            "metadata": { "name": "orders" },
            "spec": { "groups": groups },
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn alarms(rules: &str, cases: &str, runbook: &str) -> Alarms {
        let one = |text: &str| manifest::read(text).unwrap().pop().unwrap().0;
        Alarms { rules: one(rules), cases: one(cases), runbook: runbook.to_owned() }
    }

    #[test]
    fn an_alarm_without_case_page_or_series_is_told() {
        let rules = "{groups: [{rules: [{alert: A, expr: 'orders_nothing{event=\"OrderLost\"} > 0', labels: {severity: loud}, annotations: {summary: s}}]}]}";
        let said =
            alarms(rules, "{tests: [{alert_rule_test: [{alertname: A, exp_alerts: []}]}]}", "# Runbook")
                .complaints(&Code::default());
        assert_eq!(
            said,
            [
                "A lacks a case in which it fires",
                "A lacks a section of the runbook",
                "A lacks a severity, page or ticket",
                "A lacks a description",
                "A: nobody exports orders_nothing",
                "A: there is no event OrderLost",
            ]
        );
    }

    #[test]
    fn a_recorded_series_counts_as_exported() {
        let rules = "{groups: [{rules: [{record: 'orders:a', expr: up}, {record: 'orders:b', expr: 'orders:a > 0'}]}]}";
        assert_eq!(alarms(rules, "{}", "").complaints(&Code::default()), Vec::<String>::new());
    }
}
