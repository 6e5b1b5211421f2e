//! One Rust file of the repository.

use std::path::Path;

use proc_macro2::TokenStream;

use crate::pieces::{Piece, pieces};

/// A Rust file: its text, and its pieces.
pub struct Source {
    /// From the root of the repository, with slashes.
    pub path: String,
    /// The text.
    pub text: String,
    /// The pieces, in order.
    pub pieces: Vec<Piece>,
    /// Whether the whole file is only compiled for tests.
    pub is_test: bool,
}

impl Source {
    /// Takes a file apart; an error if it is not Rust.
    pub fn new(path: &str, text: &str) -> Result<Source, String> {
        let is_test = is_test_path(path);
        let tokens: TokenStream = text.parse().map_err(|error| format!("{path}: {error}"))?;
        Ok(Source { path: path.to_owned(), text: text.to_owned(), pieces: pieces(tokens, is_test), is_test })
    }

    /// Marks the whole file as compiled for tests only.
    pub fn for_tests(&mut self) {
        self.is_test = true;
        self.pieces.iter_mut().for_each(|piece| piece.test = true);
    }

    /// The files that this one declares by `#[cfg(test)] mod name;`, without their ending.
    pub fn test_modules(&self) -> Vec<String> {
        let path = Path::new(&self.path);
        let folder = match path.file_stem().and_then(|stem| stem.to_str()) {
            Some("lib" | "main" | "mod") => path.parent().map(Path::to_path_buf).unwrap_or_default(),
            _ => path.with_extension(""),
        };
        let declared = self
            .pieces
            .windows(3)
            .filter(|three| three[0].test && three[0].text == "mod" && three[2].text == ";");
        declared.map(|three| folder.join(&three[1].text).to_string_lossy().into_owned()).collect()
    }
}

fn is_test_path(path: &str) -> bool {
    path.split('/').any(|part| matches!(part, "tests" | "benches" | "tests.rs"))
}

#[cfg(test)]
mod tests {
    use super::Source;

    #[test]
    fn files_of_tests_are_known_by_place_and_by_declaration() {
        assert!(Source::new("choreography/tests/a/b.rs", "").unwrap().is_test);
        assert!(!Source::new("choreography/src/attests.rs", "").unwrap().is_test);
        let declaring = "#[cfg(test)] mod drill; mod work;";
        assert_eq!(Source::new("a/src/lib.rs", declaring).unwrap().test_modules(), ["a/src/drill"]);
        assert_eq!(Source::new("a/src/turn.rs", declaring).unwrap().test_modules(), ["a/src/turn/drill"]);
    }
}
