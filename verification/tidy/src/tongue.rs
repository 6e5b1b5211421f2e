//! What may not stand in a file, and what must.

use crate::{Breach, Source};

/// The longest file, without its tests, in lines.
const LINES: usize = 400;

/// The one file that may be unsafe.
const UNSAFE: &str = "choreography/src/kafka/ffi.rs";

/// Files that hold more than one idea. Tests are not counted.
pub fn long_files(source: &Source) -> Option<Breach> {
    let runs = source.pieces.chunk_by(|a, b| a.test == b.test).filter(|run| run[0].test);
    let of_tests: usize = runs.map(|run| run[run.len() - 1].line - run[0].line + 1).sum();
    let own = source.text.lines().count().saturating_sub(of_tests);
    let what = format!("{own} lines; split it by idea: {LINES} is the most");
    (!source.is_test && own > LINES).then(|| Breach::new(&source.path, LINES + 1, what))
}

/// Files that do not begin by saying what they are for.
pub fn missing_headlines(source: &Source) -> Option<Breach> {
    let says = source
        .text
        .lines()
        .next()
        .is_some_and(|line| line.strip_prefix("//! ").is_some_and(|said| said.len() > 8));
    (!says).then(|| {
        Breach::new(&source.path, 1, "the first line must be `//!` and a sentence: what is this file for?")
    })
}

/// Promises to oneself instead of work done.
pub fn promises_to_self(source: &Source) -> Vec<Breach> {
    let words = [concat!("TO", "DO"), concat!("FIX", "ME"), concat!("XX", "X")];
    let has = |line: &str| line.split(|c: char| !c.is_alphanumeric()).any(|word| words.contains(&word));
    let lines = source.text.lines().enumerate().filter(|(_, line)| has(line));
    lines
        .map(|(at, _)| Breach::new(&source.path, at + 1, "do it, or write down what is missing as an issue"))
        .collect()
}

/// `.unwrap()` outside tests.
pub fn unwraps(source: &Source) -> Vec<Breach> {
    let calls = source.pieces.windows(3).filter(|three| !three[1].test);
    calls
        .filter(|three| three[0].text == "." && three[1].text == "unwrap" && three[2].text == "(")
        .map(|three| {
            Breach::new(
                &source.path,
                three[1].line,
                "unwrap outside a test; handle it, or expect(\"why it cannot be\")",
            )
        })
        .collect()
}

/// Unsafe code outside its one place.
pub fn unsafe_code(source: &Source) -> Vec<Breach> {
    let found = source.pieces.iter().filter(|piece| piece.text == "unsafe" && source.path != UNSAFE);
    found
        .map(|piece| Breach::new(&source.path, piece.line, format!("unsafe code belongs into {UNSAFE} only")))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn source(path: &str, text: &str) -> Source {
        Source::new(path, text).unwrap()
    }

    #[test]
    fn a_file_is_too_long_without_its_tests_only() {
        let lines = |n: usize| "fn a() {}\n".repeat(n);
        let tests = format!("#[cfg(test)]\nmod tests {{\n{}}}\n", lines(300));
        assert_eq!(long_files(&source("a.rs", &lines(400))), None);
        assert_eq!(long_files(&source("a.rs", &(lines(399) + &tests))), None);
        assert!(
            long_files(&source("a.rs", &format!("#[test]\nfn b() {{}}\n{}{tests}", lines(400)))).is_some()
        );
        assert_eq!(long_files(&source("tests/a.rs", &lines(900))), None);
        let found = long_files(&source("a.rs", &lines(401))).unwrap();
        assert_eq!(found.to_string(), "a.rs:401: 401 lines; split it by idea: 400 is the most");
    }

    #[test]
    fn a_file_must_say_what_it_is_for() {
        for bad in ["", "fn a() {}", "//!", "//! Ha", "\n//! What it is for.", "// What it is for."] {
            assert!(missing_headlines(&source("a.rs", bad)).is_some(), "{bad:?}");
        }
        assert_eq!(missing_headlines(&source("a.rs", "//! What it is for.\n")), None);
    }

    #[test]
    fn promises_are_found_in_comments_and_code() {
        let bad = concat!(
            "//! A file.\n// TO",
            "DO: later\nfn a() { FIX",
            "ME!() }\n// a TO",
            "DOlist is a word\n"
        );
        let lines: Vec<usize> =
            promises_to_self(&source("a.rs", bad)).iter().map(|breach| breach.line).collect();
        assert_eq!(lines, [2, 3]);
    }

    #[test]
    fn unwrap_is_found_outside_tests_only() {
        let text = "fn a() { b.unwrap() }\nfn c() { d!(e.unwrap()); f.unwrap_or(1) }\n#[test]\nfn g() { h.unwrap() }";
        let lines: Vec<usize> = unwraps(&source("a.rs", text)).iter().map(|breach| breach.line).collect();
        assert_eq!(lines, [1, 2]);
        assert_eq!(unwraps(&source("a/tests/b.rs", text)), []);
    }

    #[test]
    fn unsafe_code_is_found_outside_its_place_only() {
        let text = "#![forbid(unsafe_code)]\n// unsafe\nfn a() { unsafe { b() } }";
        assert_eq!(unsafe_code(&source("cli/src/a.rs", text))[0].line, 3);
        assert_eq!(unsafe_code(&source("choreography/src/kafka/ffi.rs", text)), []);
    }
}
