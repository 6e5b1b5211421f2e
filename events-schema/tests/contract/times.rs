//! Times: one spelling out, every spelling of RFC 3339 in.

use std::time::Duration;

use events_schema::Timestamp;
use proptest::prelude::*;

fn read(text: &str) -> Timestamp {
    text.parse().unwrap_or_else(|error| panic!("{error}"))
}

#[test]
fn a_time_is_written_in_utc_with_microseconds() {
    assert_eq!(Timestamp(0).to_string(), "1970-01-01T00:00:00.000000Z");
    assert_eq!(Timestamp(-1).to_string(), "1969-12-31T23:59:59.999999Z");
    assert_eq!(Timestamp(1_709_164_800_000_001).to_string(), "2024-02-29T00:00:00.000001Z");
}

#[test]
fn other_spellings_of_the_same_instant_are_understood() {
    let instant = read("2026-11-22T18:30:00.000000Z");
    for spelling in [
        "2026-11-22T18:30:00Z",
        "2026-11-22T18:30:00.0Z",
        "2026-11-22t18:30:00z",
        "2026-11-22T19:30:00+01:00",
        "2026-11-22T13:00:00.000000-05:30",
        "2026-11-22T18:30:00.000000999Z",
    ] {
        assert_eq!(read(spelling), instant, "{spelling}");
    }
}

#[test]
fn what_is_no_date_is_refused() {
    for wrong in [
        "",
        "now",
        "2026-11-22",
        "2026-02-29T00:00:00.000000Z",
        "2026-13-01T00:00:00.000000Z",
        "2026-00-01T00:00:00.000000Z",
        "2026-04-31T00:00:00.000000Z",
        "2026-01-01T24:00:00.000000Z",
        "2026-01-01T00:60:00.000000Z",
        "2026-01-01T00:00:00.00000aZ",
        "2026-01-01T00:00:00.000000",
        "-000001-01-01T00:00:00Z",
    ] {
        let error = wrong.parse::<Timestamp>().map(|time| time.to_string()).unwrap_err();
        assert!(error.to_string().ends_with("is not a time like 2026-11-22T18:30:00Z (RFC 3339)"), "{error}");
    }
}

#[test]
fn the_first_and_the_last_instant_can_be_written_and_read() {
    for (time, text) in
        [(Timestamp::MIN, "0000-01-01T00:00:00.000000Z"), (Timestamp::MAX, "9999-12-31T23:59:59.999999Z")]
    {
        assert_eq!(time.to_string(), text);
        assert_eq!(read(text), time);
    }
    assert_eq!(Timestamp(0) + Duration::MAX, Timestamp::MAX);
    assert_eq!(Timestamp(0) - Duration::MAX, Timestamp::MIN);
    assert_eq!(Timestamp(i64::MAX).to_string(), Timestamp::MAX.to_string());
    assert_eq!(Timestamp(i64::MIN).to_string(), Timestamp::MIN.to_string());
}

/// Over two centuries, since 1900 and 2100 have no 29th of February.
#[test]
fn days_that_do_not_exist_are_refused_as_the_library_refuses_them() {
    for year in 1896..=2104 {
        for (month, day) in (0..14).flat_map(|month| (0..33).map(move |day| (month, day))) {
            let text = format!("{year:04}-{month:02}-{day:02}T12:00:00.000000Z");
            let theirs = text.parse::<jiff::Timestamp>().ok().map(|time| Timestamp(time.as_microsecond()));
            assert_eq!(text.parse::<Timestamp>().ok(), theirs, "{text}");
        }
    }
}

proptest! {
    #[test]
    fn a_time_reads_as_it_was_written(micros in Timestamp::MIN.0..=Timestamp::MAX.0) {
        prop_assert_eq!(read(&Timestamp(micros).to_string()), Timestamp(micros));
    }

    /// The library's range ends a day earlier, to leave room for offsets.
    #[test]
    fn our_calendar_is_the_librarys(micros in Timestamp::MIN.0..=Timestamp::MAX.0 - 86_400_000_000) {
        let theirs = format!("{:.6}", jiff::Timestamp::from_microsecond(micros).unwrap());
        prop_assert_eq!(Timestamp(micros).to_string(), theirs);
    }
}
