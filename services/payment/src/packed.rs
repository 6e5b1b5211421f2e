//! A charge in as few bytes as hold it, for the charges of a day.

use events_schema::{Key, Money};

use crate::{Charge, Refund, charge::Captured};

const STARTED: u8 = 1;
const VOIDED: u8 = 2;
const FAILED: u8 = 4;
const CAPTURED: u8 = 8;
const REFUND_STARTED: u8 = 16;
const REFUND_DONE: u8 = 32;
/// The reference names the order, as references made from an idempotency key do; a zero byte stands for it.
const NAMES_ORDER: u8 = 64;

/// The number of an order that is called by a UUID, written as we write it: nothing else has that number.
pub(crate) fn id(order: &Key) -> Option<u128> {
    let text = order.as_bytes();
    let hex = text.iter().enumerate().try_fold(0u128, |id, (at, byte)| match (at, byte) {
        (8 | 13 | 18 | 23, b'-') => Some(id),
        (8 | 13 | 18 | 23, _) => None,
        (_, b'0'..=b'9') => Some((id << 4) | u128::from(byte - b'0')),
        (_, b'a'..=b'f') => Some((id << 4) | u128::from(byte - b'a' + 10)),
        _ => None,
    });
    hex.filter(|_| text.len() == 36)
}

/// The bytes of an order's charge.
pub(crate) fn bytes(charge: &Charge, order: &Key) -> Vec<u8> {
    let flag = |set: bool, flag: u8| if set { flag } else { 0 };
    let mut flags = flag(charge.started, STARTED) | flag(charge.voided, VOIDED) | flag(charge.failed, FAILED);
    flags |= match charge.refund {
        Refund::None => 0,
        Refund::Started => REFUND_STARTED,
        Refund::Done => REFUND_DONE,
    };
    let Some(Captured { amount, reference }) = &charge.captured else { return vec![flags] };
    let mut bytes = vec![flags | CAPTURED];
    let minor = amount.amount.to_le_bytes();
    let used = minor.len() - minor.iter().rev().take_while(|byte| **byte == 0).count();
    bytes.push(used as u8);
    bytes.extend_from_slice(&minor[..used]);
    bytes.extend_from_slice(amount.currency.as_str().as_bytes());
    match reference.split_once(order.as_str()) {
        Some((before, after)) if !reference.contains('\0') => {
            bytes[0] |= NAMES_ORDER;
            bytes.extend_from_slice(before.as_bytes());
            bytes.push(0);
            bytes.extend_from_slice(after.as_bytes());
        }
        _ => bytes.extend_from_slice(reference.as_bytes()),
    }
    bytes
}

/// The charge of an order from its bytes.
pub(crate) fn charge(bytes: &[u8], order: &Key) -> Charge {
    let flags = bytes.first().copied().unwrap_or_default();
    let is = |flag: u8| flags & flag != 0;
    Charge {
        started: is(STARTED),
        voided: is(VOIDED),
        failed: is(FAILED),
        captured: captured(bytes, order).filter(|_| is(CAPTURED)),
        refund: match flags & (REFUND_STARTED | REFUND_DONE) {
            0 => Refund::None,
            REFUND_STARTED => Refund::Started,
            _ => Refund::Done,
        },
    }
}

/// The money; `None` if these are not our bytes.
fn captured(bytes: &[u8], order: &Key) -> Option<Captured> {
    let (&[flags, used], rest) = bytes.split_first_chunk()?;
    let (minor, rest) = rest.split_at_checked(usize::from(used))?;
    let (currency, reference) = rest.split_at_checked(3)?;
    let mut amount = [0; 8];
    amount.get_mut(..minor.len())?.copy_from_slice(minor);
    let currency = std::str::from_utf8(currency).ok()?.parse().ok()?;
    let reference = std::str::from_utf8(reference).ok()?;
    let reference = match reference.split_once('\0') {
        Some((before, after)) if flags & NAMES_ORDER != 0 => format!("{before}{}{after}", order.as_str()),
        _ => reference.to_owned(),
    };
    Some(Captured { amount: Money::new(i64::from_le_bytes(amount), currency), reference: reference.into() })
}

#[cfg(test)]
mod tests {
    use events_schema::Currency;

    use super::*;

    fn key(text: &str) -> Key {
        text.parse().unwrap()
    }

    #[test]
    fn every_charge_comes_back_as_it_was() {
        let order = key("01932e4f-9c00-7000-8000-000000000001");
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
                    let one = Charge { started, voided, failed, captured: captured.clone(), refund };
                    assert_eq!(charge(&bytes(&one, &order), &order), one);
                }
            }
        }
    }

    #[test]
    fn a_usual_charge_takes_few_bytes() {
        let order = key("01932e4f-9c00-7000-8000-000000000001");
        let reference = format!("charge-{}", order.as_str()).into();
        let captured = Some(Captured { amount: Money::new(5_470, Currency::EUR), reference });
        let usual = Charge { started: true, captured, ..Charge::default() };
        assert!(bytes(&usual, &order).len() <= 16);
    }

    #[test]
    fn only_a_uuid_as_we_write_it_has_a_number() {
        assert_eq!(
            id(&key("01932e4f-9c00-7000-8000-00000000000a")),
            Some(0x0193_2e4f_9c00_7000_8000_0000_0000_000a)
        );
        let others = [
            "o1",
            "01932E4F-9C00-7000-8000-000000000001",
            "01932e4f9c0070008000000000000001",
            "01932e4f-9c00-7000-8000-0000000000001",
        ];
        assert!(others.iter().all(|text| id(&key(text)).is_none()));
    }
}
