//! `Sayings`: events of every kind a service hears, drawn from bytes: few names, so that they meet, and any number.

use arbitrary::{Result, Unstructured};
use events_schema::{
    Currency, Event, EventId, Key, Line, Money, OwnedRecord, Payment, PaymentMethod, Place, Quantity, Source,
    Timestamp, Token, announce,
    orders::{CancelReason, OrderAccepted, OrderCancelled, PricedLine},
    payments::{FailureReason, PaymentFailed},
};

use crate::frame::APPENDED;

/// Bytes, taken for choices.
pub(crate) struct Sayings<'a> {
    pub(crate) bytes: Unstructured<'a>,
    written: i64,
}

impl<'a> Sayings<'a> {
    pub(crate) fn new(bytes: &'a [u8]) -> Sayings<'a> {
        Sayings { bytes: Unstructured::new(bytes), written: 0 }
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.bytes.is_empty()
    }

    /// One of so many.
    pub(crate) fn one_of(&mut self, many: u8) -> Result<u8> {
        self.bytes.int_in_range(0..=many - 1)
    }

    /// A name of few.
    pub(crate) fn key(&mut self, of: &str, many: u8) -> Result<Key> {
        let name = format!("{of}-{}", self.one_of(many)?);
        Ok(name.parse().unwrap_or_else(|_| unreachable!("a word and a digit make a key")))
    }

    /// A number: small mostly, and now and then at the edge.
    pub(crate) fn number(&mut self) -> Result<i64> {
        Ok(match self.one_of(8)? {
            0 => self.bytes.arbitrary()?,
            1 => *self.bytes.choose(&[i64::MAX, i64::MIN, -1, 1_000_000, 100_000_000, i64::MAX / 2])?,
            _ => i64::from(self.one_of(40)?),
        })
    }

    pub(crate) fn currency(&mut self) -> Result<Currency> {
        let other = "USD".parse().unwrap_or(Currency::EUR);
        Ok(if self.one_of(4)? == 0 { other } else { Currency::EUR })
    }

    pub(crate) fn money(&mut self) -> Result<Money> {
        Ok(Money::new(self.number()?, self.currency()?))
    }

    pub(crate) fn quantity(&mut self) -> Result<Quantity> {
        let pieces = self.number()?.unsigned_abs() % Quantity::MAX.unsigned_abs() + 1;
        let quantity = i64::try_from(pieces).ok().and_then(|pieces| Quantity::try_from(pieces).ok());
        Ok(quantity.unwrap_or_else(|| unreachable!("1 to 1,000,000")))
    }

    pub(crate) fn time(&mut self, now: Timestamp) -> Result<Timestamp> {
        Ok(match self.one_of(6)? {
            0 => *self.bytes.choose(&[Timestamp::MIN, Timestamp::MAX, now])?,
            n => Timestamp(now.0 + i64::from(n) * 300_000_000 - 600_000_000),
        })
    }

    /// Up to four of something.
    pub(crate) fn some<T>(&mut self, mut draw: impl FnMut(&mut Self) -> Result<T>) -> Result<Vec<T>> {
        (0..self.one_of(5)?).map(|_| draw(self)).collect()
    }

    pub(crate) fn line(&mut self) -> Result<Line> {
        Ok(Line { sku: self.key("sku", 3)?, quantity: self.quantity()? })
    }

    pub(crate) fn payment(&mut self) -> Result<Payment> {
        let method = [PaymentMethod::Card, PaymentMethod::Wallet, PaymentMethod::BankTransfer];
        Ok(Payment { method: *self.bytes.choose(&method)?, token: Token::from(self.key("tok", 3)?) })
    }

    pub(crate) fn accepted(&mut self, now: Timestamp) -> Result<OrderAccepted> {
        let (subtotal, discount, tax, total) = (self.money()?, self.money()?, self.money()?, self.money()?);
        Ok(OrderAccepted {
            customer_id: self.key("customer", 3)?.into(),
            lines: self.some(|of| {
                let Line { sku, quantity } = of.line()?;
                Ok(PricedLine { sku, quantity, unit_price: of.money()? })
            })?,
            subtotal,
            discount,
            tax,
            total,
            payment: self.payment()?,
            expires_at: self.time(now)?,
        })
    }

    pub(crate) fn cancelled(&mut self, now: Timestamp) -> Result<OrderCancelled> {
        use CancelReason::{CustomerRequest, Expired, OutOfStock, PaymentFailed};
        let reason = *self.bytes.choose(&[OutOfStock, PaymentFailed, CustomerRequest, Expired])?;
        Ok(OrderCancelled { reason, expires_at: self.time(now)? })
    }

    pub(crate) fn failed(&mut self) -> Result<PaymentFailed> {
        use FailureReason::{Declined, InsufficientFunds, TooLate, Voided};
        let reason = *self.bytes.choose(&[Declined, InsufficientFunds, TooLate, Voided])?;
        Ok(PaymentFailed { reason, provider_reference: None })
    }

    /// The event as a record on the first partition of its topic, each at a place of its own.
    pub(crate) fn record<E: Event>(&mut self, subject: Key, event: &E) -> OwnedRecord {
        self.record_of(APPENDED, subject, event)
    }

    /// The same, said at this time.
    pub(crate) fn record_of<E: Event>(&mut self, time: Timestamp, subject: Key, event: &E) -> OwnedRecord {
        self.written += 1;
        let place = Place { topic: E::TOPICS[0], partition: 0, offset: self.written };
        let value = announce(Source::Cli, EventId::of_place(place), subject, time, event);
        let key = Some(subject.as_bytes().to_vec());
        OwnedRecord { place, appended: APPENDED, key, value: Some(value), headers: Vec::new() }
    }
}
