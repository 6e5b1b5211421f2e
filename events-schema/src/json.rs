//! Typed JSON with errors for people: where it is wrong and what belongs there, never what stood there.
//!
//! serde repeats the offending value in its messages. A payment token in the wrong place would stand in a log that is
//! kept for ever.

use serde::Deserialize;
use serde_json::error::Category;

use crate::Malformed;

/// Reads `text`; `what` names it in the error.
pub(crate) fn parse<'a, T: Deserialize<'a>>(what: &str, text: &'a str) -> Result<T, Malformed> {
    serde_json::from_str(text).map_err(|error| match error.classify() {
        Category::Data => explain::<T>(what, text),
        _ => Malformed::new(format!("not JSON: {error}")),
    })
}

/// Reads once more, this time keeping track of where.
fn explain<'a, T: Deserialize<'a>>(what: &str, text: &'a str) -> Malformed {
    let mut json = serde_json::Deserializer::from_str(text);
    let Err(error) = serde_path_to_error::deserialize::<_, T>(&mut json) else {
        return Malformed::new(format!("{what}: there is more behind the end"));
    };
    let path = match error.path().to_string() {
        root if root == "." => String::new(),
        path => format!(" {path}:"),
    };
    Malformed::new(format!("{what}:{path} {}", words(error.inner())))
}

/// serde's message without the value it found.
pub(crate) fn words(error: &serde_json::Error) -> String {
    let message = error.to_string();
    if error.classify() != Category::Data {
        return message;
    }
    let message = message.rsplit_once(" at line ").map_or(message.as_str(), |(message, _)| message);
    let found_and_expected = message
        .strip_prefix("invalid type: ")
        .or_else(|| message.strip_prefix("invalid value: "))
        .or_else(|| message.strip_prefix("unknown variant "));
    // What is expected is ours and stands last; what was found may hold anything.
    match found_and_expected.and_then(|rest| rest.rsplit_once(", expected ")) {
        Some((found, expected)) => format!("expected {}, found {}", plain(expected), sort_of(found)),
        None => message.to_owned(),
    }
}

/// The sort of a value that serde names before it repeats it in quotes.
fn sort_of(found: &str) -> &str {
    match found.split(['`', '"']).next().unwrap_or_default().trim() {
        "" => "another word",
        "map" => "an object",
        "sequence" => "a list",
        "floating point" => "a number with decimals or too large",
        sort => sort,
    }
}

/// Rust's names of things in words.
fn plain(expected: &str) -> &str {
    match expected {
        "i64" => "a whole number",
        "u64" => "a whole number from 0 up",
        "u16" => "a whole number from 0 to 65535",
        "u8" => "a whole number from 0 to 255",
        "a sequence" => "a list",
        structure if structure.starts_with("struct ") => "an object",
        other => other,
    }
}
