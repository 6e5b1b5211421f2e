//! Stock and catalog.

use events_schema::{
    Source, Topic,
    catalog::{ProductPublished, ProductStatus},
    inventory::{StockAdded, StockAllotted, StockShelved},
};

use crate::{
    facts::{Scribe, euros},
    stage::{PARTITIONS, Stage, home},
};

/// A hundred mugs came in, thirty went to the shelf of the order's partition, two of them left with the order.
fn two_of_a_hundred_mugs_sold(stage: &Stage) {
    let mut scribe = Scribe::new(stage);
    let shelf = home("o-1");
    scribe.say(Source::Inventory, "mug", None, &StockAdded { quantity: 100, version: 1 });
    let sent = StockAllotted { shelf, quantity: 30, answer: false, scarce: false, version: 2 };
    scribe.say(Source::Inventory, "mug", None, &sent);
    scribe.say_on(Topic::StockTransfers, shelf, Source::Inventory, "mug", None, &sent);
    let shelved = StockShelved { quantity: 30, answer: false, scarce: false };
    scribe.say_on(Topic::Inventory, shelf, Source::Inventory, "mug", None, &shelved);
    scribe.completes("o-1", None);
}

pub fn the_books_add_up_over_all_partitions(stage: &Stage) {
    two_of_a_hundred_mugs_sold(stage);
    let run = stage.ctl(&["stock", "show", "--output", "json"]).ends_with(0);
    let mug = &run.json()[0];
    let numbers = ["sellable", "depot", "in_transfer", "shelves", "held", "shipped", "supplied", "version"]
        .map(|name| mug[name].as_i64().unwrap());
    assert_eq!(numbers, [98, 70, 0, 28, 0, 2, 100, 2]);
    assert_eq!(mug["adds_up"], true);
    assert!(stage.ctl(&["stock", "show", "mug"]).ends_with(0).out.contains("SHELF"));
    stage.ctl(&["stock", "show", "spoon"]).ends_with(66);
}

pub fn the_history_of_a_product_names_its_orders(stage: &Stage) {
    two_of_a_hundred_mugs_sold(stage);
    let json = stage.ctl(&["stock", "history", "mug", "--output", "json"]).ends_with(0).json();
    let told: Vec<(String, i64, i64)> = json
        .as_array()
        .unwrap()
        .iter()
        .map(|row| {
            (
                row["event"].as_str().unwrap().to_owned(),
                row["sellable"].as_i64().unwrap(),
                row["held"].as_i64().unwrap(),
            )
        })
        .collect();
    let expected = [
        ("StockAdded", 100, 0),
        ("StockAllotted", 100, 0),
        ("StockShelved", 100, 0),
        ("StockReserved", 98, 2),
        ("StockShipped", 98, 0),
    ];
    assert_eq!(told, expected.map(|(event, sellable, held)| (event.to_owned(), sellable, held)));
    assert_eq!(json[3]["subject"], "o-1");
}

pub fn warehouse_events_stand_on_the_partition_of_their_sku(stage: &Stage) {
    let said: [(&[&str], &str); 5] = [
        (
            &["product", "publish", "mug", "--name", "Mug", "--price", "12.00EUR", "--price", "13.50USD"],
            "ProductListed",
        ),
        (&["product", "publish", "mug", "--price", "11.00EUR", "--price-only"], "PriceChanged"),
        (&["product", "withdraw", "mug"], "ProductWithdrawn"),
        (&["stock", "receive", "mug", "5"], "StockReceived"),
        (&["stock", "correct", "mug", "-3", "--reason", "broken", "--expect-version", "7"], "StockCorrected"),
    ];
    for (at, (args, event)) in said.iter().enumerate() {
        let run = stage.ctl(args).ends_with(0);
        assert_eq!(run.out, format!("mug  {event}  warehouse-{}@{at}\n", home("mug")));
    }
    let data: Vec<_> =
        stage.records("warehouse").into_iter().map(|record| record["event"]["data"].clone()).collect();
    assert_eq!(data[0]["prices"][1], serde_json::json!({ "amount": 1350, "currency": "USD" }));
    assert_eq!(data[4], serde_json::json!({ "quantity": -3, "reason": "broken", "expected_version": 7 }));
}

pub fn the_catalog_shows_the_newest_word_on_a_product(stage: &Stage) {
    let mut scribe = Scribe::new(stage);
    for (cents, status) in [(1200, ProductStatus::Available), (1100, ProductStatus::Withdrawn)] {
        let product = ProductPublished {
            name: "Mug".to_owned(),
            description: String::new(),
            category: String::new(),
            prices: vec![euros(cents)],
            status,
        };
        for partition in 0..PARTITIONS {
            scribe.say_on(Topic::Catalog, partition, Source::Inventory, "mug", None, &product);
        }
    }
    let run = stage.ctl(&["product", "list"]).ends_with(0);
    assert_eq!(run.out, "SKU  NAME      PRICE  STATUS     CATEGORY\nmug  Mug   11.00 EUR  withdrawn\n");
}
