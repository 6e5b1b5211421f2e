//! A charge that is over, in as few bytes as hold it.

use std::time::Duration;

use events_schema::{Currency, Key, Money};
use uuid::Uuid;

use crate::{
    Charge, Refund,
    charge::{Captured, Known},
};

const STARTED: u8 = 1;
const VOIDED: u8 = 2;
const FAILED: u8 = 4;
const CAPTURED: u8 = 8;
const REFUND_STARTED: u8 = 16;
const REFUND_DONE: u8 = 32;
/// The reference names the order, as one made from an idempotency key does; a zero byte stands for it.
const NAMES_ORDER: u8 = 64;

/// What an order is called, so that no name is the beginning of another: a zero and the 16 bytes of a UUID, or the
/// length of any other key, and the key.
pub(crate) struct Name {
    bytes: [u8; 1 + Key::MAX],
    len: usize,
}

impl Name {
    pub(crate) fn of(order: &Key) -> Name {
        let mut name = Name { bytes: [0; 1 + Key::MAX], len: 0 };
        match uuid_as_we_write_it(order) {
            Some(uuid) => name.is(0, uuid.as_bytes()),
            None => name.is(order.as_bytes().len() as u8, order.as_bytes()),
        }
        name
    }

    fn is(&mut self, kind: u8, rest: &[u8]) {
        self.len = 1 + rest.len();
        self.bytes[0] = kind;
        self.bytes[1..self.len].copy_from_slice(rest);
    }

    pub(crate) fn bytes(&self) -> &[u8] {
        &self.bytes[..self.len]
    }
}

/// The name that an entry begins with.
pub(crate) fn name_in(entry: &[u8]) -> &[u8] {
    let len = match entry.first() {
        Some(0) => size_of::<Uuid>(),
        Some(len) => usize::from(*len),
        None => return entry,
    };
    &entry[..=len]
}

/// An order, and what is known of its charge, from a name and what follows it.
pub(crate) fn read_entry(entry: &[u8]) -> Option<(Key, Known)> {
    let (name, known) = entry.split_at(name_in(entry).len());
    let order = match name.split_first()? {
        (0, uuid) => Uuid::from_slice(uuid).ok()?.to_string().parse().ok()?,
        (_, text) => Key::from_bytes(text).ok()?,
    };
    Some((order, read(known, &order)?))
}

/// One UUID has many spellings, and each is a key of its own: only the usual one has a number here.
fn uuid_as_we_write_it(order: &Key) -> Option<Uuid> {
    let uuid = Uuid::try_parse_ascii(order.as_bytes()).ok()?;
    let usual = uuid.hyphenated().encode_lower(&mut Uuid::encode_buffer()).as_bytes() == order.as_bytes();
    usual.then_some(uuid)
}

/// Appends what is known of an order's charge.
pub(crate) fn write(known: &Known, order: &Key, out: &mut Vec<u8>) {
    number(micros(known.since), out);
    let at = out.len();
    out.push(flags(&known.charge));
    let Some(Captured { amount, reference }) = &known.charge.captured else { return };
    number(amount.amount as u64, out);
    out.extend_from_slice(amount.currency.as_str().as_bytes());
    match reference.split_once(order.as_str()).filter(|_| !reference.contains('\0')) {
        Some((before, after)) => {
            out[at] |= NAMES_ORDER;
            [before, "\0", after].iter().for_each(|part| out.extend_from_slice(part.as_bytes()));
        }
        None => out.extend_from_slice(reference.as_bytes()),
    }
}

fn flags(charge: &Charge) -> u8 {
    let flag = |set: bool, flag: u8| if set { flag } else { 0 };
    let refund = match charge.refund {
        Refund::None => 0,
        Refund::Started => REFUND_STARTED,
        Refund::Done => REFUND_DONE,
    };
    flag(charge.started, STARTED)
        | flag(charge.voided, VOIDED)
        | flag(charge.failed, FAILED)
        | flag(charge.captured.is_some(), CAPTURED)
        | refund
}

fn micros(time: Duration) -> u64 {
    u64::try_from(time.as_micros()).unwrap_or(u64::MAX)
}

/// How many bytes, and the bytes, least first, without zeros at the end.
fn number(number: u64, out: &mut Vec<u8>) {
    let used = 8 - number.leading_zeros() as usize / 8;
    out.push(used as u8);
    out.extend_from_slice(&number.to_le_bytes()[..used]);
}

/// What is known, from the bytes; `None` if [`write`] did not write them.
pub(crate) fn read(bytes: &[u8], order: &Key) -> Option<Known> {
    let (since, rest) = read_number(bytes)?;
    let (&flags, rest) = rest.split_first()?;
    let is = |flag: u8| flags & flag != 0;
    let captured = if is(CAPTURED) { Some(read_captured(rest, is(NAMES_ORDER), order)?) } else { None };
    let refund = match flags & (REFUND_STARTED | REFUND_DONE) {
        0 => Refund::None,
        REFUND_STARTED => Refund::Started,
        _ => Refund::Done,
    };
    let charge = Charge { started: is(STARTED), voided: is(VOIDED), failed: is(FAILED), captured, refund };
    Some(Known { charge, since: Duration::from_micros(since) })
}

fn read_captured(bytes: &[u8], names_order: bool, order: &Key) -> Option<Captured> {
    let (minor, rest) = read_number(bytes)?;
    let (currency, reference) = rest.split_at_checked(3)?;
    let currency: Currency = std::str::from_utf8(currency).ok()?.parse().ok()?;
    let reference = std::str::from_utf8(reference).ok()?;
    let reference = match names_order {
        true => reference.replacen('\0', order.as_str(), 1).into(),
        false => reference.into(),
    };
    Some(Captured { amount: Money::new(minor as i64, currency), reference })
}

fn read_number(bytes: &[u8]) -> Option<(u64, &[u8])> {
    let (&used, rest) = bytes.split_first()?;
    let (number, rest) = rest.split_at_checked(usize::from(used))?;
    let mut whole = [0; 8];
    whole.get_mut(..number.len())?.copy_from_slice(number);
    Some((u64::from_le_bytes(whole), rest))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(text: &str) -> Key {
        text.parse().unwrap()
    }

    fn written(known: &Known, order: &Key) -> Vec<u8> {
        let mut bytes = Vec::new();
        write(known, order, &mut bytes);
        bytes
    }

    const ORDER: &str = "01932e4f-9c00-7000-8000-000000000001";

    #[test]
    fn every_charge_comes_back_as_it_was() {
        let order = key(ORDER);
        let references = ["charge-01932e4f-9c00-7000-8000-000000000001", "", "pi_3Mtw", "odd\0one", "größer"];
        let mut captures = vec![None];
        for amount in [0, 1, 255, 5_470, -1, i64::MAX, i64::MIN] {
            captures.extend(references.map(|text| {
                let reference = text.into();
                Some(Captured { amount: Money::new(amount, Currency::EUR), reference })
            }));
        }
        for captured in captures {
            for refund in [Refund::None, Refund::Started, Refund::Done] {
                for flags in 0..8 {
                    let (started, voided, failed) = (flags & 1 != 0, flags & 2 != 0, flags & 4 != 0);
                    let charge = Charge { started, voided, failed, captured: captured.clone(), refund };
                    let one = Known { charge, since: Duration::from_micros(86_400_000_001) };
                    assert_eq!(read(&written(&one, &order), &order), Some(one));
                }
            }
        }
    }

    #[test]
    fn a_usual_charge_takes_few_bytes() {
        let captured = Captured {
            amount: Money::new(5_470, Currency::EUR),
            reference: format!("charge-{ORDER}").into(),
        };
        let charge = Charge { started: true, captured: Some(captured), ..Charge::default() };
        let usual = Known { charge, since: Duration::from_secs(24 * 3600) };
        assert!(Name::of(&key(ORDER)).bytes().len() + written(&usual, &key(ORDER)).len() <= 38);
    }

    #[test]
    fn bytes_that_are_cut_off_are_not_read() {
        let captured = Captured { amount: Money::new(5_470, Currency::EUR), reference: "".into() };
        let known =
            Known { charge: Charge { captured: Some(captured), ..Charge::default() }, since: Duration::MAX };
        let bytes = written(&known, &key("o1"));
        (0..bytes.len()).for_each(|end| assert_eq!(read(&bytes[..end], &key("o1")), None));
    }

    #[test]
    fn each_order_has_a_name_of_its_own_and_none_is_the_beginning_of_another() {
        let spellings = [
            ORDER,
            "01932E4F-9C00-7000-8000-000000000001",
            "01932e4f9c0070008000000000000001",
            "01932e4f-9c00-7000-8000-0000000000011",
            "o1",
            "o12",
        ];
        let names = spellings.map(|text| Name::of(&key(text)));
        for (at, one) in names.iter().enumerate() {
            let begins = |other: &Name| other.bytes().starts_with(one.bytes());
            assert_eq!(names.iter().filter(|other| begins(other)).count(), 1, "{}", spellings[at]);
        }
        assert_eq!(names[0].bytes().len(), 17);
    }
}
