//! The rules of a sound order: every reason for a rejection, all of them at once, and the prices.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails there")]

mod stage;

use events_schema::{
    Money, Timestamp,
    catalog::{ProductPublished, ProductStatus},
    customers::{CustomerBlocked, CustomerUnblocked},
    orders::RejectionCode::{self, *},
};
use order::{BadSettings, Settings, VolumeDiscount};
use stage::*;

fn codes(lines: &[(&str, i64)]) -> Vec<RejectionCode> {
    Shop::open().hears("o1", &placing(lines)).codes()
}

#[test]
fn an_order_needs_lines_but_not_too_many() {
    assert_eq!(codes(&[]), [NoLines]);
    assert_eq!(codes(&[("no-such-sku", 0); 101]), [TooManyLines]);
    assert_eq!(codes(&[("mug", 1); 100]), [DuplicateSku]);
}

#[test]
fn pieces_are_one_to_a_million() {
    for bad in [0, -1, 1_000_001, i64::MIN, i64::MAX] {
        assert_eq!(codes(&[("mug", bad)]), [BadQuantity], "{bad}");
    }
    let mut shop = Shop::open();
    assert_eq!(shop.hears("o1", &placing(&[("mug", 1)])).events(), ["OrderAccepted"]);
    assert_eq!(codes(&[("mug", 1_000_000)]), [OverLimit]);
}

#[test]
fn a_product_must_be_known_and_sold_and_have_a_price() {
    assert_eq!(codes(&[("mugg", 1)]), [UnknownSku]);
    assert_eq!(codes(&[("no key at all!", 1)]), [UnknownSku]);
    assert_eq!(codes(&[("", 1)]), [UnknownSku]);
    assert_eq!(codes(&[("cap", 1)]), [WithdrawnSku]);
    assert_eq!(codes(&[("poster", 1)]), [NoPriceInCurrency]);
}

#[test]
fn an_empty_catalog_says_where_samples_come_from() {
    let mut shop = Shop::empty(Settings::default());
    let told = shop.hears("o1", &placing(&[("mug", 1)]));
    assert_eq!(told.codes(), [UnknownSku]);
    assert_eq!(told.details(), "mug. The catalog is empty; for samples: orderctl init --sample");
}

#[test]
fn each_product_stands_in_one_line_and_is_told_once() {
    assert_eq!(codes(&[("mug", 1), ("mug", 2), ("mug", 3)]), [DuplicateSku]);
}

#[test]
fn an_order_is_paid_in_a_currency_the_products_have() {
    let mut shop = Shop::open();
    let mut dollars = placing(&[("mug", 2), ("poster", 1)]);
    dollars.currency = Some("USD".into());
    assert_eq!(shop.hears("o1", &dollars).accepted().total, Money::new(2800, usd()));
    for bad in ["eur", "EURO", "", "GBP"] {
        let mut order = two_mugs();
        order.currency = Some(bad.into());
        assert_eq!(shop.hears(&format!("o-{bad}"), &order).codes(), [NoPriceInCurrency], "{bad}");
    }
}

#[test]
fn a_price_below_nothing_is_no_price() {
    let mut shop = Shop::open();
    shop.publish("trap", &[eur(-1)], ProductStatus::Available);
    assert_eq!(shop.hears("o1", &placing(&[("trap", 1)])).codes(), [NoPriceInCurrency]);
}

#[test]
fn an_order_may_cost_the_limit_and_no_cent_more() {
    let mut shop = Shop::with(Settings { max_total: 1998, ..Settings::default() });
    assert_eq!(shop.hears("o1", &two_mugs()).events(), ["OrderAccepted"]);
    let mut shop = Shop::with(Settings { max_total: 1997, ..Settings::default() });
    let told = shop.hears("o1", &two_mugs());
    assert_eq!(told.codes(), [OverLimit]);
    assert_eq!(told.details(), "it costs 19.98 EUR; one order may cost 19.97 EUR");
}

#[test]
fn a_sum_that_does_not_fit_is_no_order() {
    let mut shop = Shop::with(Settings { max_total: i64::MAX, tax_basis_points: 1, ..Settings::default() });
    shop.publish("crown", &[eur(i64::MAX)], ProductStatus::Available);
    assert_eq!(shop.hears("o1", &placing(&[("crown", 2)])).codes(), [AmountOverflow]);
    assert_eq!(shop.hears("o2", &placing(&[("crown", 1)])).codes(), [AmountOverflow], "the tax is too much");
    let mut shop = Shop::with(Settings { max_total: i64::MAX, ..Settings::default() });
    shop.publish("crown", &[eur(i64::MAX)], ProductStatus::Available);
    assert_eq!(shop.hears("o1", &placing(&[("crown", 1)])).accepted().total, eur(i64::MAX));
}

#[test]
fn a_blocked_customer_is_not_served_until_unblocked() {
    let mut shop = Shop::open();
    let mut order = two_mugs();
    order.customer_id = key("mallory").into();
    assert_eq!(shop.hears("o1", &order).codes(), [CustomerBlocked]);
    shop.learns(&key("mallory"), &CustomerUnblocked {});
    assert_eq!(shop.hears("o2", &order).events(), ["OrderAccepted"]);
    shop.learns(&key("mallory"), &CustomerBlocked { reason: Some("again".into()) });
    assert_eq!(shop.hears("o3", &order).codes(), [RejectionCode::CustomerBlocked]);
    shop.remembers::<CustomerBlocked>(&key("mallory"), None);
    assert_eq!(shop.hears("o4", &order).events(), ["OrderAccepted"], "a tombstone forgets the block");
}

#[test]
fn a_new_price_counts_from_the_next_order_on() {
    let mut shop = Shop::open();
    assert_eq!(shop.hears("o1", &two_mugs()).accepted().total, eur(1998));
    shop.publish("mug", &[eur(1000)], ProductStatus::Available);
    assert_eq!(shop.hears("o2", &two_mugs()).accepted().total, eur(2000));
    shop.remembers::<ProductPublished>(&key("mug"), None);
    assert_eq!(shop.hears("o3", &two_mugs()).codes(), [UnknownSku], "a tombstone forgets the product");
}

#[test]
fn a_token_is_opaque_and_never_told() {
    let mut shop = Shop::open();
    let long = "t".repeat(65);
    let card = "4242 4242 4242 4242";
    for (at, bad) in
        ["", "tok ok", "tok/ok", &long, card, "4242-4242-4242-4242", "378282246310005"].iter().enumerate()
    {
        let mut order = two_mugs();
        order.payment.token = (*bad).to_owned();
        let told = shop.hears(&format!("o{at}"), &order);
        assert_eq!(told.codes(), [BadToken], "{bad}");
        assert!(bad.is_empty() || !told.details().contains(bad), "{}", told.details());
        assert!(!format!("{told:?}").contains("4242"));
    }
    let mut order = two_mugs();
    order.payment.token = "t".repeat(64);
    assert_eq!(shop.hears("last", &order).events(), ["OrderAccepted"]);
}

#[test]
fn the_future_is_tolerated_for_five_minutes() {
    let mut shop = Shop::open();
    let edge = shop.now + 5 * MINUTE;
    assert_eq!(shop.hears_from(edge, "o1", &two_mugs()).events(), ["OrderAccepted"]);
    assert_eq!(shop.hears_from(Timestamp(edge.0 + 1), "o2", &two_mugs()).codes(), [BadTime]);
    let made_in_2286 = "09184e72-a000-7000-8000-000000000001";
    assert_eq!(shop.hears(made_in_2286, &two_mugs()).codes(), [BadTime], "the id is from the future");
    let random = "09184e72-a000-4000-8000-000000000001";
    assert_eq!(shop.hears(random, &two_mugs()).events(), ["OrderAccepted"], "a UUIDv4 tells no time");
}

#[test]
fn every_reason_is_given_at_once() {
    let mut shop = Shop::open();
    let mut order = placing(&[("cap", 0), ("mugg", 1), ("poster", 1), ("mug", 1), ("mug", 1)]);
    order.customer_id = key("mallory").into();
    order.payment.token = String::new();
    let told = shop.hears_from(shop.now + 6 * MINUTE, "o1", &order);
    assert_eq!(
        told.codes(),
        [
            BadTime,
            RejectionCode::CustomerBlocked,
            BadToken,
            DuplicateSku,
            BadQuantity,
            WithdrawnSku,
            UnknownSku,
            NoPriceInCurrency
        ]
    );
}

#[test]
fn a_bad_token_does_not_hide_that_the_order_is_over_the_limit() {
    let mut shop = Shop::open();
    let mut order = placing(&[("mug", 1_000_000)]);
    order.payment.token = String::new();
    assert_eq!(shop.hears("o1", &order).codes(), [BadToken, OverLimit]);
}

#[test]
fn what_a_customer_typed_is_shown_short_and_quoted() {
    let mut shop = Shop::open();
    let long = format!("\n{}", "x".repeat(10_000));
    let told = shop.hears("o1", &placing(&[(&long, 1)]));
    assert!(told.details().starts_with("\"\\nxxx"), "{}", told.details());
    assert!(told.details().len() < 120, "{}", told.details().len());
}

#[test]
fn volume_discount_and_tax_are_rounded_half_up_once_per_order() {
    let discounts = vec![
        VolumeDiscount { from: 5000, basis_points: 1000 },
        VolumeDiscount { from: 1998, basis_points: 250 },
    ];
    let mut shop = Shop::with(Settings { discounts, tax_basis_points: 1900, ..Settings::default() });
    let none = shop.hears("o1", &placing(&[("mug", 1)]));
    assert_eq!((none.accepted().discount, none.accepted().tax), (eur(0), eur(190)));
    // 2.5 % of 19.98 is 0.4995, so 0.50; 19 % of 19.48 is 3.7012, so 3.70.
    let some = shop.hears("o2", &two_mugs());
    assert_eq!(
        (some.accepted().discount, some.accepted().tax, some.accepted().total),
        (eur(50), eur(370), eur(2318))
    );
    // 10 % of 99.90 is 9.99; 19 % of 89.91 is 17.0829, so 17.08.
    let more = shop.hears("o3", &placing(&[("mug", 10)]));
    assert_eq!(
        (more.accepted().discount, more.accepted().tax, more.accepted().total),
        (eur(999), eur(1708), eur(10699))
    );
}

#[test]
fn settings_that_cannot_be_meant_are_refused() {
    let tax = Settings { tax_basis_points: 10_001, ..Settings::default() };
    assert_eq!(tax.check(), Err(BadSettings::MoreThanAll { what: "tax_basis_points", found: 10_001 }));
    let lines = Settings { max_lines: 0, ..Settings::default() };
    assert_eq!(lines.check(), Err(BadSettings::NothingPasses { what: "max_lines", found: 0 }));
    assert_eq!(Settings::default().check(), Ok(()));
}
