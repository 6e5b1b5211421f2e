//! What is made and kept in the repository is not stale, and alarms lack nothing.

use std::fs;

#[test]
fn every_alarm_has_its_cases_its_page_and_series_that_are_exported() {
    let code = cluster::source::Code::read(cluster::root()).unwrap();
    let said = cluster::alerts::Alarms::read().unwrap().complaints(&code);
    assert!(said.is_empty(), "{}", said.join("\n"));
}

#[test]
fn every_panel_shows_series_that_are_exported_and_events_that_are_said() {
    let code = cluster::source::Code::read(cluster::root()).unwrap();
    let alarms = cluster::alerts::Alarms::read().unwrap();
    let queries: Vec<(String, String)> = cluster::dashboards::queries().collect();
    assert!(queries.len() > 30, "{} queries: the dashboards are not looked at", queries.len());
    for (panel, query) in &queries {
        let unknown = alarms.unknown(query, &code);
        assert!(unknown.is_empty(), "{panel}: {unknown:?}");
        assert!(cluster::queries::series(query).next().is_some(), "{panel}: {query} looks at nothing");
    }
}

#[test]
fn made_files_are_as_the_contract_makes_them() {
    let made = cluster::made::all().unwrap();
    let stale =
        |made: &&cluster::made::Made| fs::read_to_string(made.place()).map_or(true, |text| text != made.text);
    let stale: Vec<&str> = made.iter().filter(stale).map(|made| made.path.as_str()).collect();
    assert!(stale.is_empty(), "stale: {stale:?}; write them anew: cargo run -p cluster -- write");
}
