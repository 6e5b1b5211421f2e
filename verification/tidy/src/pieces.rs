//! A source file as a flat row of its pieces, with what the rules need to know of each.
//!
//! Tokens rather than a syntax tree: so functions inside macros (`proptest!`) are seen like all others.

use proc_macro2::{Delimiter, Spacing, TokenStream, TokenTree};

/// A word, mark, literal or bracket.
#[derive(Clone, PartialEq, Debug)]
pub struct Piece {
    /// As written. A group is two pieces, such as `{` and `}`; `::` is one.
    pub text: String,
    /// Its line, from 1.
    pub line: usize,
    /// How many brackets are open around it.
    pub depth: usize,
    /// Whether it is only compiled for tests.
    pub test: bool,
    /// Whether it stands inside `some::{…}`.
    pub continued: bool,
}

impl Piece {
    /// Whether it is a name or a keyword.
    pub fn is_word(&self) -> bool {
        self.text.starts_with(|c: char| c.is_alphabetic() || c == '_')
    }
}

/// The pieces of a file's tokens, in order.
pub fn pieces(tokens: TokenStream, test: bool) -> Vec<Piece> {
    let mut row = Row { pieces: Vec::new() };
    row.read(tokens, 0, test, false);
    row.pieces
}

struct Row {
    pieces: Vec<Piece>,
}

impl Row {
    fn read(&mut self, tokens: TokenStream, depth: usize, test: bool, continued: bool) {
        let mut whole_is_test = test;
        let mut next_is_test = false;
        let tokens: Vec<TokenTree> = tokens.into_iter().collect();
        for (at, token) in tokens.iter().enumerate() {
            let test = whole_is_test || next_is_test;
            match token {
                TokenTree::Group(group) => {
                    let (open, close) = brackets(group.delimiter());
                    let path_goes_on = self.pieces.last().is_some_and(|piece| piece.text == "::");
                    self.push(open, group.span_open().start().line, depth, test, continued);
                    self.read(group.stream(), depth + 1, test, path_goes_on || continued);
                    self.push(close, group.span_close().start().line, depth, test, continued);
                    match is_test_attribute(&tokens, at) {
                        Some(Attribute::OfWhole) => whole_is_test = true,
                        Some(Attribute::OfNext) => next_is_test = true,
                        None if group.delimiter() == Delimiter::Brace => next_is_test = false,
                        None => {}
                    }
                }
                TokenTree::Punct(mark) => {
                    self.mark(mark, depth, test, continued);
                    next_is_test &= mark.as_char() != ';';
                }
                other => self.push(&other.to_string(), other.span().start().line, depth, test, continued),
            }
        }
    }

    /// Joins the two marks of a `::`.
    fn mark(&mut self, mark: &proc_macro2::Punct, depth: usize, test: bool, continued: bool) {
        let colon = mark.as_char() == ':';
        match self.pieces.last_mut() {
            Some(last) if colon && last.text == ":+" => last.text = "::".to_owned(),
            _ if colon && mark.spacing() == Spacing::Joint => {
                self.push(":+", mark.span().start().line, depth, test, continued);
            }
            _ => self.push(&mark.as_char().to_string(), mark.span().start().line, depth, test, continued),
        }
    }

    fn push(&mut self, text: &str, line: usize, depth: usize, test: bool, continued: bool) {
        self.pieces.push(Piece { text: text.to_owned(), line, depth, test, continued });
    }
}

enum Attribute {
    OfWhole,
    OfNext,
}

/// `#[test]`, `#[cfg(test)]`, `#![cfg(test)]` and the like, when the group at `at` is the attribute's bracket.
fn is_test_attribute(tokens: &[TokenTree], at: usize) -> Option<Attribute> {
    let TokenTree::Group(group) = &tokens[at] else { return None };
    let text: String = group.stream().to_string().split_whitespace().collect();
    let for_tests = text == "test"
        || text.ends_with("::test")
        || text.starts_with("cfg(test")
        || text.starts_with("cfg(all(test");
    if group.delimiter() != Delimiter::Bracket || !for_tests {
        return None;
    }
    let is = |back: usize, wanted: char| {
        at.checked_sub(back)
            .is_some_and(|at| matches!(&tokens[at], TokenTree::Punct(mark) if mark.as_char() == wanted))
    };
    match () {
        () if is(1, '#') => Some(Attribute::OfNext),
        () if is(1, '!') && is(2, '#') => Some(Attribute::OfWhole),
        () => None,
    }
}

fn brackets(delimiter: Delimiter) -> (&'static str, &'static str) {
    match delimiter {
        Delimiter::Brace => ("{", "}"),
        Delimiter::Parenthesis => ("(", ")"),
        Delimiter::Bracket => ("[", "]"),
        Delimiter::None => ("", ""),
    }
}

#[cfg(test)]
mod tests {
    use crate::Source;

    fn test_words(text: &str) -> Vec<String> {
        let source = Source::new("a.rs", text).unwrap();
        source.pieces.into_iter().filter(|p| p.test && p.is_word()).map(|p| p.text).collect()
    }

    #[test]
    fn what_is_compiled_for_tests_only_is_marked() {
        assert_eq!(test_words("fn a() { b() }\n#[test]\nfn c() { d() }\nfn e() {}"), ["fn", "c", "d"]);
        assert_eq!(test_words("#[cfg(test)] mod t { use x; } mod u {}"), ["mod", "t", "use", "x"]);
        assert_eq!(test_words("#[cfg(test)] mod t; fn a() {}"), ["mod", "t"]);
        assert_eq!(test_words("#![cfg(test)] fn a() {}"), ["fn", "a"]);
        assert_eq!(test_words("#[derive(Debug)] struct A { b: u8 }"), Vec::<String>::new());
    }

    #[test]
    fn paths_and_groups_are_told_apart() {
        let source = Source::new("a.rs", "use a::{b::C, d}; fn f() -> e::G {}").unwrap();
        let continued: Vec<&str> =
            source.pieces.iter().filter(|p| p.continued).map(|p| p.text.as_str()).collect();
        assert_eq!(continued, ["b", "::", "C", ",", "d"]);
        assert!(source.pieces.iter().filter(|p| p.text == "::").count() == 3);
    }
}
