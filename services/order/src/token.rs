//! Whether a payment token is one: opaque, and no card number, which must never reach the log.

use events_schema::{Key, Token};

/// Why a token is refused. Never holds the token.
pub(crate) fn read(text: &str) -> Result<Token, &'static str> {
    if text.is_empty() {
        return Err("a payment token is missing");
    }
    if looks_like_card_number(text) {
        return Err("this looks like a card number: send the single-use token your payment form gave you");
    }
    let key: Result<Key, _> = text.parse();
    key.map(Token::from).map_err(|_| "a payment token is 1 to 64 of A-Z a-z 0-9 . _ -")
}

/// 12 to 19 digits that pass Luhn's check, spaces and dashes aside.
fn looks_like_card_number(text: &str) -> bool {
    let mut digits = Vec::with_capacity(19);
    for byte in text.bytes().filter(|b| !matches!(b, b' ' | b'-')) {
        if !byte.is_ascii_digit() || digits.len() == 19 {
            return false;
        }
        digits.push(u32::from(byte - b'0'));
    }
    digits.len() >= 12 && passes_luhn(&digits)
}

fn passes_luhn(digits: &[u32]) -> bool {
    let weighed = digits.iter().rev().enumerate().map(|(at, digit)| match at % 2 {
        0 => *digit,
        _ => digit * 2 - if *digit > 4 { 9 } else { 0 },
    });
    weighed.sum::<u32>() % 10 == 0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn card_numbers_are_known_in_every_spelling() {
        for card in ["4242424242424242", "4242 4242 4242 4242", "4242-4242-4242-4242", "378282246310005"] {
            assert!(looks_like_card_number(card), "{card}");
        }
    }

    #[test]
    fn other_digits_are_no_card_number() {
        let too_short = "00000000000";
        let too_long = "00000000000000000000";
        for other in ["4242424242424243", too_short, too_long, "tok_4242424242424242"] {
            assert!(!looks_like_card_number(other), "{other}");
        }
    }

    #[test]
    fn the_shortest_and_the_longest_card_number_are_known() {
        assert!(looks_like_card_number("000000000000"));
        assert!(looks_like_card_number("0000000000000000000"));
    }
}
