//! The rules of a sound order. All that is wrong is found at once, so that nobody has to try twice.

use std::collections::BTreeSet;

use events_schema::{
    Currency, Key, Money, Payment, Quantity,
    checkout::WantedLine,
    orders::{PricedLine, Rejection, RejectionCode},
};

use crate::{
    Orders, Settings,
    placement::{Asked, time_of_id},
    price::{self, Sums},
    token,
};

/// A placement that passed every rule.
pub(crate) struct Sound {
    pub(crate) lines: Vec<PricedLine>,
    pub(crate) sums: Sums,
    pub(crate) payment: Payment,
}

/// Every reason there is against the placement, or what is needed to accept it.
pub(crate) fn check(settings: &Settings, asked: &Asked<'_>, state: &Orders) -> Result<Sound, Vec<Rejection>> {
    let mut found = Findings::default();
    check_time(settings, asked, &mut found);
    check_customer(asked, state, &mut found);
    let token = found.keep(token::read(&asked.placement.payment.token), RejectionCode::BadToken);
    let lines = check_lines(settings, asked, state, &mut found);
    let sums =
        lines.as_ref().and_then(|(lines, currency)| check_sums(settings, lines, *currency, &mut found));
    match (token, lines, sums) {
        (Some(token), Some((lines, _)), Some(sums)) if found.0.is_empty() => {
            let payment = Payment { method: asked.placement.payment.method, token };
            Ok(Sound { lines, sums, payment })
        }
        _ => Err(found.0),
    }
}

/// The reasons found so far.
#[derive(Default)]
struct Findings(Vec<Rejection>);

impl Findings {
    fn add(&mut self, code: RejectionCode, detail: impl Into<String>) {
        self.0.push(Rejection { code, detail: detail.into() });
    }

    fn keep<T, E: ToString>(&mut self, read: Result<T, E>, code: RejectionCode) -> Option<T> {
        read.map_err(|wrong| self.add(code, wrong.to_string())).ok()
    }
}

fn check_time(settings: &Settings, asked: &Asked<'_>, found: &mut Findings) {
    let latest = asked.now + settings.future_tolerance;
    let by_id = time_of_id(&asked.order).filter(|time| *time > latest).map(|time| ("its id", time));
    let by_event = Some(("its event", asked.placed)).filter(|(_, time)| *time > latest);
    if let Some((what, time)) = by_id.or(by_event) {
        let detail = format!("{what} says it was placed at {time}, but it is {}: set the clock", asked.now);
        found.add(RejectionCode::BadTime, detail);
    }
}

fn check_customer(asked: &Asked<'_>, state: &Orders, found: &mut Findings) {
    let customer = asked.placement.customer_id.expose();
    if state.blocked.contains(&customer) {
        found.add(RejectionCode::CustomerBlocked, format!("{customer} is not served"));
    }
}

/// The lines with their prices, if each of them can be had.
fn check_lines(
    settings: &Settings,
    asked: &Asked<'_>,
    state: &Orders,
    found: &mut Findings,
) -> Option<(Vec<PricedLine>, Currency)> {
    let currency = read_currency(settings, asked, found);
    let wanted = &asked.placement.lines;
    if wanted.is_empty() {
        found.add(RejectionCode::NoLines, "there is nothing in it");
        return None;
    }
    if wanted.len() > settings.max_lines {
        let detail = format!("{} lines; at most {} are taken", wanted.len(), settings.max_lines);
        found.add(RejectionCode::TooManyLines, detail);
        return None;
    }
    check_duplicates(wanted, found);
    // No short cut: every line is looked at, for every line may have its own fault.
    let lines: Vec<_> = wanted.iter().map(|line| check_line(line, currency, state, found)).collect();
    Some((lines.into_iter().collect::<Option<Vec<_>>>()?, currency?))
}

fn read_currency(settings: &Settings, asked: &Asked<'_>, found: &mut Findings) -> Option<Currency> {
    let Some(text) = &asked.placement.currency else { return Some(settings.currency) };
    let read =
        text.parse().map_err(|_| format!("{} is no currency: three capital letters, like EUR", shown(text)));
    found.keep(read, RejectionCode::NoPriceInCurrency)
}

fn check_duplicates(wanted: &[WantedLine], found: &mut Findings) {
    let (mut seen, mut told) = (BTreeSet::new(), BTreeSet::new());
    for line in wanted {
        if !seen.insert(&line.sku) && told.insert(&line.sku) {
            let detail = format!("{} is in more than one line: put its pieces into one", shown(&line.sku));
            found.add(RejectionCode::DuplicateSku, detail);
        }
    }
}

fn check_line(
    line: &WantedLine,
    currency: Option<Currency>,
    state: &Orders,
    found: &mut Findings,
) -> Option<PricedLine> {
    let quantity =
        Quantity::try_from(line.quantity).map_err(|wrong| format!("{}: {wrong}", shown(&line.sku)));
    let quantity = found.keep(quantity, RejectionCode::BadQuantity);
    let (sku, unit_price) = check_product(line, currency, state, found)?;
    Some(PricedLine { sku, quantity: quantity?, unit_price })
}

fn check_product(
    line: &WantedLine,
    currency: Option<Currency>,
    state: &Orders,
    found: &mut Findings,
) -> Option<(Key, Money)> {
    let sku: Option<Key> = line.sku.parse().ok();
    let Some((sku, product)) = sku.and_then(|sku| Some((sku, state.catalog.get(&sku)?))) else {
        found.add(RejectionCode::UnknownSku, unknown_sku(&line.sku, state));
        return None;
    };
    if !product.available {
        found.add(RejectionCode::WithdrawnSku, format!("{sku} is no longer sold"));
        return None;
    }
    let currency = currency?;
    let price = product.prices.iter().find(|price| price.currency == currency && price.amount >= 0);
    if price.is_none() {
        found.add(RejectionCode::NoPriceInCurrency, format!("{sku} has no price in {currency}"));
    }
    Some((sku, *price?))
}

fn unknown_sku(sku: &str, state: &Orders) -> String {
    if state.catalog.is_empty() {
        return format!("{}. The catalog is empty; for samples: orderctl init --sample", shown(sku));
    }
    format!("{} is not in the catalog", shown(sku))
}

fn check_sums(
    settings: &Settings,
    lines: &[PricedLine],
    currency: Currency,
    found: &mut Findings,
) -> Option<Sums> {
    let Some(sums) = price::sums(lines, currency, settings) else {
        found.add(RejectionCode::AmountOverflow, "the sum is too large to be written down");
        return None;
    };
    if sums.total.amount > settings.max_total {
        let most = Money::new(settings.max_total, currency);
        found.add(RejectionCode::OverLimit, format!("it costs {}; one order may cost {most}", sums.total));
    }
    Some(sums)
}

/// What a customer typed, fit for a fact: cut to a key's length, and quoted where it is no key.
fn shown(text: &str) -> String {
    let cut: String = text.chars().take(Key::MAX).collect();
    match cut.parse::<Key>() {
        Ok(key) if cut.len() == text.len() => key.to_string(),
        _ => format!("{cut:?}"),
    }
}
