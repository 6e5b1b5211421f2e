//! Functions a person can hold in mind.

use crate::{Breach, Source, pieces::Piece};

/// The longest function, in lines from its signature to its closing brace.
const LINES: usize = 60;

/// The functions that are too long, those of tests and macros included.
pub fn long_functions(source: &Source) -> Vec<Breach> {
    let pieces = &source.pieces;
    let named = |at: &usize| pieces[*at].text == "fn" && pieces.get(at + 1).is_some_and(Piece::is_word);
    let long = |at: usize| {
        let lines = body_end(&pieces[at..])? - pieces[at].line + 1;
        let what = format!("fn {} has {lines} lines; split it: {LINES} is the most", pieces[at + 1].text);
        (lines > LINES).then(|| Breach::new(&source.path, pieces[at].line, what))
    };
    (0..pieces.len()).filter(named).filter_map(long).collect()
}

/// The line of the brace that closes the function `from` begins with; `None` if it has no body.
fn body_end(from: &[Piece]) -> Option<usize> {
    let depth = from[0].depth;
    let open =
        from.iter().position(|piece| piece.depth == depth && matches!(piece.text.as_str(), "{" | ";"))?;
    let close = from[open..].iter().find(|piece| piece.depth == depth && piece.text == "}")?;
    (from[open].text == "{").then_some(close.line)
}

#[cfg(test)]
mod tests {
    use super::long_functions;
    use crate::Source;

    fn found(text: &str) -> Vec<String> {
        long_functions(&Source::new("a.rs", text).unwrap()).iter().map(ToString::to_string).collect()
    }

    fn function(lines: usize) -> String {
        format!("/// Says much.\nfn long(a: [u8; 3]) -> u8 {{{}}}\n", "\n".repeat(lines - 1))
    }

    #[test]
    fn sixty_lines_pass_and_one_more_does_not() {
        assert_eq!(found(&function(60)), Vec::<String>::new());
        assert_eq!(found(&function(61)), ["a.rs:2: fn long has 61 lines; split it: 60 is the most"]);
    }

    #[test]
    fn methods_tests_and_functions_in_macros_count() {
        for around in
            ["impl A { X }", "trait A { fn b(); X }", "#[test]\nX", "proptest! { X }", "fn a() { X }"]
        {
            assert!(!found(&around.replace('X', &function(61))).is_empty(), "{around}");
        }
    }
}
