//! The table of metrics is up to date, and every name is by convention.

use std::fs;

use map::{COMMAND, metrics};

#[test]
fn the_table_of_metrics_is_up_to_date() {
    let path = format!("{}/../../{}", env!("CARGO_MANIFEST_DIR"), metrics::PAGE);
    let page = fs::read_to_string(path).unwrap_or_default();
    assert!(metrics::updated(&page).as_ref() == Some(&page), "{} is stale: {COMMAND}", metrics::PAGE);
}

#[test]
fn no_two_services_claim_a_name() {
    assert_eq!(metrics::claimed_twice(), Vec::<&str>::new());
}

#[test]
fn a_counter_ends_in_total_and_a_time_in_seconds() {
    let table = metrics::table();
    let rows: Vec<&str> = table.lines().skip(2).collect();
    assert!(rows.len() > 20, "{table}");
    for row in rows {
        let name = row.split('`').nth(1).unwrap_or_default();
        assert!(name.starts_with("orders_"), "{row}");
        assert_eq!(name.ends_with("_total"), row.contains("| counter: "), "{row}");
        assert!(!row.contains("| histogram: ") || name.ends_with("_seconds"), "{row}");
        for unbounded in ["sku", "order_id", "customer", "subject"] {
            assert!(!row.split('|').nth(3).is_some_and(|labels| labels.contains(unbounded)), "{row}");
        }
    }
}
