//! Grafana's dashboards, made from [`shown`](crate::shown): rows of panels of one width, laid out from left to right.

use serde_json::{Value, json};

use crate::shown::DASHBOARDS;

/// A page of panels.
pub(crate) struct Dashboard {
    /// Its file, and its address in Grafana; stable.
    pub(crate) name: &'static str,
    pub(crate) title: &'static str,
    pub(crate) says: &'static str,
    /// Whether one chooses a service: `$service` in its queries.
    pub(crate) of_one_service: bool,
    pub(crate) rows: &'static [(&'static str, &'static [Panel])],
}

/// One picture.
pub(crate) struct Panel {
    pub(crate) title: &'static str,
    pub(crate) says: &'static str,
    pub(crate) look: Look,
    /// Grafana's name of the unit.
    pub(crate) unit: &'static str,
    /// What each line is called, and its query.
    pub(crate) lines: &'static [(&'static str, &'static str)],
}

/// How a panel shows its lines.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Look {
    /// Over time.
    Lines,
    /// Over time, one on top of the other.
    Stack,
    /// As one number.
    Number,
    /// As one number that must be 0.
    Zero,
}

/// Panels in a row, and the height of a row, in Grafana's grid of 24 columns.
const ACROSS: usize = 3;
const HEIGHT: usize = 8;

/// Every dashboard, with the name of its file.
pub fn all() -> Vec<(&'static str, Value)> {
    DASHBOARDS.iter().map(|dashboard| (dashboard.name, render(dashboard))).collect()
}

/// Every query, with the dashboard and panel it is on.
pub fn queries() -> impl Iterator<Item = (String, String)> {
    let panels = DASHBOARDS.iter().flat_map(|dashboard| {
        let rows = dashboard.rows.iter().flat_map(|(_, panels)| panels.iter());
        rows.map(move |panel| (format!("{}: {}", dashboard.title, panel.title), panel.lines))
    });
    panels.flat_map(|(at, lines)| lines.iter().map(move |(_, query)| (at.clone(), filled(query))))
}

/// A query as Grafana would send it: variables filled in.
fn filled(query: &str) -> String {
    query.replace("$__rate_interval", "5m").replace("$service", "order")
}

/// The queries as recording rules: promtool then says whether they are PromQL.
pub fn as_rules() -> Value {
    let rule =
        |(at, (_, expr)): (usize, (String, String))| json!({ "record": format!("panel:{at}"), "expr": expr });
    json!({ "groups": [{ "name": "panels", "rules": queries().enumerate().map(rule).collect::<Vec<_>>() }] })
}

fn render(dashboard: &Dashboard) -> Value {
    json!({
        "uid": dashboard.name,
        "title": format!("Orders: {}", dashboard.title),
        "description": dashboard.says,
        "tags": ["orders"],
        "schemaVersion": 39,
        "editable": false,
        "graphTooltip": 1,
        "refresh": "30s",
        "time": { "from": "now-1h", "to": "now" },
        "timezone": "",
        "templating": { "list": variables(dashboard) },
        "links": [{ "type": "dashboards", "tags": ["orders"], "title": "Orders", "asDropdown": false, "keepTime": true }],
        "panels": panels(dashboard),
    })
}

fn variables(dashboard: &Dashboard) -> Vec<Value> {
    let mut all = vec![json!({
        "name": "datasource", "label": "Prometheus", "type": "datasource", "query": "prometheus",
    })];
    if dashboard.of_one_service {
        all.push(json!({
            "name": "service", "label": "Service", "type": "query", "refresh": 2, "sort": 1,
            "datasource": source(),
            "query": { "query": "label_values(orders_tasks, service)", "refId": "service" },
        }));
    }
    all
}

fn source() -> Value {
    json!({ "type": "prometheus", "uid": "${datasource}" })
}

fn panels(dashboard: &Dashboard) -> Vec<Value> {
    let (mut made, mut top, mut id) = (Vec::new(), 0, 1);
    for (title, row) in dashboard.rows {
        made.push(json!({
            "id": id, "type": "row", "title": title, "collapsed": false, "panels": [],
            "gridPos": { "x": 0, "y": top, "w": 24, "h": 1 },
        }));
        top += 1;
        for (at, panel) in row.iter().enumerate() {
            id += 1;
            let (x, y) = (at % ACROSS * (24 / ACROSS), top + at / ACROSS * HEIGHT);
            made.push(picture(panel, id, x, y));
        }
        top += row.len().div_ceil(ACROSS) * HEIGHT;
        id += 1;
    }
    made
}

fn picture(panel: &Panel, id: usize, x: usize, y: usize) -> Value {
    let is_number = matches!(panel.look, Look::Number | Look::Zero);
    let targets: Vec<Value> = panel
        .lines
        .iter()
        .enumerate()
        .map(|(at, (legend, query))| {
            json!({
                "refId": char::from(b'A' + at as u8).to_string(), "datasource": source(),
                "expr": query, "legendFormat": legend, "instant": is_number, "range": !is_number,
            })
        })
        .collect();
    json!({
        "id": id, "title": panel.title, "description": panel.says, "datasource": source(),
        "type": if is_number { "stat" } else { "timeseries" },
        "gridPos": { "x": x, "y": y, "w": 24 / ACROSS, "h": HEIGHT },
        "fieldConfig": { "defaults": field(panel), "overrides": [] },
        "options": if is_number { json!({ "reduceOptions": { "calcs": ["lastNotNull"] } }) } else { legend() },
        "targets": targets,
    })
}

fn legend() -> Value {
    json!({ "legend": { "displayMode": "list", "placement": "bottom" }, "tooltip": { "mode": "multi", "sort": "desc" } })
}

fn field(panel: &Panel) -> Value {
    let mut field = json!({ "unit": panel.unit, "min": 0 });
    match panel.look {
        Look::Stack => field["custom"] = json!({ "stacking": { "mode": "normal" }, "fillOpacity": 30 }),
        Look::Zero => {
            field["thresholds"] = json!({
                "mode": "absolute",
                "steps": [{ "color": "green", "value": null }, { "color": "red", "value": 1 }],
            });
        }
        Look::Lines | Look::Number => {}
    }
    field
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn panels_neither_overlap_nor_share_an_id_and_say_what_they_show() {
        for (name, dashboard) in all() {
            let panels = dashboard["panels"].as_array().unwrap();
            let ids: BTreeSet<u64> = panels.iter().map(|panel| panel["id"].as_u64().unwrap()).collect();
            let places: BTreeSet<String> = panels.iter().map(|panel| panel["gridPos"].to_string()).collect();
            assert_eq!((ids.len(), places.len()), (panels.len(), panels.len()), "{name}");
            for panel in panels.iter().filter(|panel| panel["type"] != "row") {
                assert!(
                    panel["description"].as_str().is_some_and(|says| says.len() > 8),
                    "{name}: {}",
                    panel["title"]
                );
                assert!(
                    panel["targets"].as_array().is_some_and(|lines| !lines.is_empty()),
                    "{name}: {}",
                    panel["title"]
                );
            }
        }
    }

    #[test]
    fn only_a_dashboard_of_one_service_asks_for_it() {
        for dashboard in DASHBOARDS {
            let mut lines =
                dashboard.rows.iter().flat_map(|(_, panels)| *panels).flat_map(|panel| panel.lines);
            let asks = lines.any(|(_, query)| query.contains("$service"));
            assert_eq!(asks, dashboard.of_one_service, "{}", dashboard.name);
        }
    }
}
