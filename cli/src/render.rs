//! How what was found looks on a page.

pub mod brief;
#[cfg(test)]
mod fates;
pub mod printer;
pub mod table;
pub mod timeline;
pub mod top;
pub mod tree;
pub mod why;

use std::time::Duration;

use events_schema::Timestamp;

/// The word an event's value has on the wire: `out_of_stock`.
pub fn word(value: &impl serde::Serialize) -> String {
    match serde_json::to_value(value) {
        Ok(serde_json::Value::String(word)) => word,
        Ok(other) => other.to_string(),
        Err(_) => String::new(),
    }
}

/// A time for people: to the millisecond, UTC.
pub fn moment(time: Timestamp) -> String {
    let mut text = time.to_string().replacen('T', " ", 1);
    let seconds_end = text.find('.').unwrap_or(text.len());
    text.truncate(text.len().min(seconds_end + 4));
    text
}

/// A span for people: `42.7 ms`, `3.2 s`, `2 h 5 min`.
pub fn span(span: Duration) -> String {
    let seconds = span.as_secs();
    match seconds {
        0 => format!("{:.1} ms", span.as_secs_f64() * 1_000.0),
        1..60 => format!("{:.1} s", span.as_secs_f64()),
        60..3_600 => format!("{} min {} s", seconds / 60, seconds % 60),
        _ => format!("{} h {} min", seconds / 3_600, seconds / 60 % 60),
    }
}

/// A part of a whole for people: `12.5 %`.
pub fn share(part: usize, whole: usize) -> String {
    if whole == 0 { "-".to_owned() } else { format!("{:.1} %", part as f64 * 100.0 / whole as f64) }
}

/// Microseconds as milliseconds with one decimal: `42.7`.
pub fn millis(micros: i64) -> String {
    format!("{:.1}", micros as f64 / 1_000.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_span_is_told_in_the_unit_that_fits() {
        let told =
            [42_700, 3_200_000, 125_000_000, 7_500_000_000].map(|micros| span(Duration::from_micros(micros)));
        assert_eq!(told, ["42.7 ms", "3.2 s", "2 min 5 s", "2 h 5 min"]);
    }

    #[test]
    fn a_moment_is_told_to_the_millisecond() {
        assert_eq!(moment("2026-11-22T17:36:00.123456Z".parse().unwrap()), "2026-11-22 17:36:00.123");
    }
}
