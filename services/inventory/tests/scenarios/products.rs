//! The catalog: what is listed, changed and withdrawn is published once; nonsense is discarded with a reason.

use choreography::{Duty, Service, To};
use events_schema::{
    Currency, Money, NoHeaders, Place, Record, Timestamp, Topic,
    catalog::{ProductPublished, ProductStatus},
    warehouse::{PriceChanged, ProductListed, ProductWithdrawn},
};
use inventory::Inventory;

use crate::{
    hearing::{eur, key},
    shop::{Facts, Shop, says},
};

fn usd(amount: i64) -> Money {
    Money::new(amount, "USD".parse::<Currency>().unwrap())
}

fn listed(prices: &[Money]) -> ProductListed {
    ProductListed {
        name: "Mug".to_owned(),
        description: "holds coffee".to_owned(),
        category: "kitchen".to_owned(),
        prices: prices.to_vec(),
    }
}

fn published(prices: &[Money], status: ProductStatus) -> ProductPublished {
    let ProductListed { name, description, category, prices } = listed(prices);
    ProductPublished { name, description, category, prices, status }
}

fn available(prices: &[Money]) -> ProductPublished {
    published(prices, ProductStatus::Available)
}

fn withdrawn(prices: &[Money]) -> ProductPublished {
    published(prices, ProductStatus::Withdrawn)
}

fn lists(shop: &mut Shop, prices: &[Money]) -> Facts {
    shop.hears(Topic::Warehouse, "mug", &listed(prices))
}

fn reprices(shop: &mut Shop, prices: &[Money]) -> Facts {
    shop.hears(Topic::Warehouse, "mug", &PriceChanged { prices: prices.to_vec() })
}

fn withdraws(shop: &mut Shop) -> Facts {
    shop.hears(Topic::Warehouse, "mug", &ProductWithdrawn {})
}

#[test]
fn a_listed_product_is_published_and_a_repeat_is_silent() {
    let mut shop = Shop::at_home();
    assert_eq!(lists(&mut shop, &[eur(1999)]), [says("mug", available(&[eur(1999)]))]);
    assert_eq!(lists(&mut shop, &[eur(1999)]), []);
    assert_eq!(shop.discarded, None);
}

#[test]
fn what_is_published_is_copied_to_every_partition_of_the_catalog() {
    let duties = Shop::at_home().duties("mug", available(&[eur(1)]));
    assert_eq!(duties, [Duty::Copy(Topic::Catalog, To::Everywhere)]);
}

#[test]
fn new_prices_replace_all_old_ones_whatever_their_order() {
    let mut shop = Shop::at_home().given("mug", available(&[eur(1999)]));
    assert_eq!(reprices(&mut shop, &[usd(5), eur(4)]), [says("mug", available(&[eur(4), usd(5)]))]);
    assert_eq!(reprices(&mut shop, &[eur(4), usd(5)]), []);
}

#[test]
fn a_withdrawn_product_stays_withdrawn_until_it_is_listed_anew() {
    let mut shop = Shop::at_home().given("mug", available(&[eur(1)]));
    assert_eq!(withdraws(&mut shop), [says("mug", withdrawn(&[eur(1)]))]);
    assert_eq!(withdraws(&mut shop), []);
    assert_eq!(reprices(&mut shop, &[eur(2)]), [says("mug", withdrawn(&[eur(2)]))]);
    assert_eq!(lists(&mut shop, &[eur(2)]), [says("mug", available(&[eur(2)]))]);
}

#[test]
fn changing_a_product_nobody_listed_is_discarded() {
    let mut shop = Shop::at_home();
    assert_eq!((reprices(&mut shop, &[eur(1)]), shop.discarded), (vec![], Some("unknown_sku")));
    assert_eq!((withdraws(&mut shop), shop.discarded), (vec![], Some("unknown_sku")));
}

#[test]
fn prices_that_make_no_sense_are_discarded_with_the_reason() {
    let mut shop = Shop::at_home().given("mug", available(&[eur(1)]));
    for (prices, reason) in [
        (vec![], "no_prices"),
        (vec![eur(-1)], "negative_price"),
        (vec![eur(1), usd(1), eur(2)], "duplicate_currency"),
    ] {
        assert_eq!((lists(&mut shop, &prices), shop.discarded), (vec![], Some(reason)));
        assert_eq!((reprices(&mut shop, &prices), shop.discarded), (vec![], Some(reason)));
    }
}

#[test]
fn the_catalog_is_read_back_on_restore_but_only_the_products_whose_home_is_here() {
    let row = &Inventory::tables()[0];
    assert!(!row.followed);
    assert_eq!(row.table.topic(), Topic::Catalog);
    let value = events_schema::announce(
        events_schema::Source::Inventory,
        events_schema::EventId::from(key("published")),
        key("mug"),
        Timestamp(0),
        &available(&[eur(1)]),
    );
    let record = Record {
        place: Place { topic: Topic::Catalog, partition: 0, offset: 0 },
        appended: Timestamp(0),
        key: Some(b"mug"),
        value: Some(&value),
        headers: &NoHeaders,
    };
    let (mut at_home, mut abroad) = (Shop::at_home(), Shop::abroad());
    row.table.remember(&mut at_home.stock, &record).unwrap();
    row.table.remember(&mut abroad.stock, &record).unwrap();
    assert_eq!(at_home.stock.product(&key("mug")), Some(&available(&[eur(1)])));
    assert_eq!(abroad.stock.product(&key("mug")), None);

    let tombstone = Record { value: None, ..record };
    row.table.remember(&mut at_home.stock, &tombstone).unwrap();
    assert_eq!(at_home.stock.product(&key("mug")), None);
}
