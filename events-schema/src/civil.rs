//! The calendar as we write it: `YYYY-MM-DDTHH:MM:SS.ffffffZ` to microseconds and back, for the years 0000 to 9999.
//!
//! Two of these stand in nearly every event. Other spellings of RFC 3339 go through a library; see [`crate::Timestamp`].

/// The length of a time as we write it.
pub(crate) const LENGTH: usize = 27;

const MICROS_PER_SECOND: i64 = 1_000_000;
const SECONDS_PER_DAY: i64 = 86_400;
/// From 0000-03-01, where this calendar's years begin, to 1970-01-01.
const DAYS_BEFORE_1970: i64 = 719_468;
/// The Gregorian calendar repeats after 400 years.
const DAYS_PER_CYCLE: i64 = 146_097;

/// Microseconds since 1970 of a time written as we write it; `None` for any other spelling and for a wrong date.
pub(crate) fn parse(text: &[u8]) -> Option<i64> {
    let text: &[u8; LENGTH] = text.try_into().ok()?;
    let marks = [(4, b'-'), (7, b'-'), (10, b'T'), (13, b':'), (16, b':'), (19, b'.'), (26, b'Z')];
    if marks.iter().any(|(at, mark)| text[*at] != *mark) {
        return None;
    }
    let (year, month, day) = (number(&text[0..4])?, number(&text[5..7])?, number(&text[8..10])?);
    let (hour, minute, second) = (number(&text[11..13])?, number(&text[14..16])?, number(&text[17..19])?);
    let micros = number(&text[20..26])?;
    let on_calendar = (1..=12).contains(&month) && (1..=days_in_month(year, month)).contains(&day);
    if !on_calendar || hour > 23 || minute > 59 || second > 59 {
        return None;
    }
    let seconds = days_since_1970(year, month, day) * SECONDS_PER_DAY + hour * 3_600 + minute * 60 + second;
    Some(seconds * MICROS_PER_SECOND + micros)
}

/// The time as text; `micros` must lie in the years 0000 to 9999.
pub(crate) fn format(micros: i64) -> [u8; LENGTH] {
    let seconds = micros.div_euclid(MICROS_PER_SECOND);
    let of_day = seconds.rem_euclid(SECONDS_PER_DAY);
    let (year, month, day) = date_of(seconds.div_euclid(SECONDS_PER_DAY));
    let mut text = *b"0000-00-00T00:00:00.000000Z";
    put(&mut text[0..4], year);
    put(&mut text[5..7], month);
    put(&mut text[8..10], day);
    put(&mut text[11..13], of_day / 3_600);
    put(&mut text[14..16], of_day / 60 % 60);
    put(&mut text[17..19], of_day % 60);
    put(&mut text[20..26], micros.rem_euclid(MICROS_PER_SECOND));
    text
}

fn number(digits: &[u8]) -> Option<i64> {
    digits.iter().try_fold(0, |sum, digit| digit.is_ascii_digit().then(|| sum * 10 + i64::from(digit - b'0')))
}

fn put(digits: &mut [u8], number: i64) {
    let mut number = number as u32; // at most six digits; half the work of 64 bits
    for digit in digits.iter_mut().rev() {
        *digit = b'0' + (number % 10) as u8;
        number /= 10;
    }
}

fn days_in_month(year: i64, month: i64) -> i64 {
    let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    match month {
        2 => 28 + i64::from(leap),
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

/// Days before the month, in a year that begins with March: 31 and 30 in turn, but for July and August.
fn days_before_month(from_march: i64) -> i64 {
    (153 * from_march + 2) / 5
}

fn days_since_1970(year: i64, month: i64, day: i64) -> i64 {
    let from_march = (month + 9) % 12;
    let year = year - i64::from(month < 3); // January and February end the year that began before
    let leap_days = year.div_euclid(4) - year.div_euclid(100) + year.div_euclid(400);
    year * 365 + leap_days + days_before_month(from_march) + day - 1 - DAYS_BEFORE_1970
}

/// Year, month and day.
fn date_of(days_since_1970: i64) -> (i64, i64, i64) {
    let days = days_since_1970 + DAYS_BEFORE_1970;
    let (cycle, in_cycle) = (days.div_euclid(DAYS_PER_CYCLE), days.rem_euclid(DAYS_PER_CYCLE));
    // Without its leap days every year has 365: one in 1,460 days, but not one in 36,524; the cycle's last day is one.
    let year = (in_cycle - in_cycle / 1_460 + in_cycle / 36_524 - in_cycle / 146_096) / 365;
    let in_year = in_cycle - (year * 365 + year / 4 - year / 100);
    let from_march = (5 * in_year + 2) / 153;
    let month = (from_march + 2) % 12 + 1;
    (cycle * 400 + year + i64::from(month < 3), month, in_year - days_before_month(from_march) + 1)
}
