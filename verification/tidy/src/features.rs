//! Features that must not be on: of serde_json, what would slow every event down or change what numbers are, for all
//! crates at once; of ours, what plants mistakes.

use crate::Breach;

const COSTLY: &[&str] = &["arbitrary_precision", "preserve_order", "float_roundtrip"];

/// What `cargo tree --prefix none -f "{p} {f}"` shows of serde_json's costly features.
pub fn costly_features(tree: &str) -> Vec<Breach> {
    let lines = tree.lines().filter(|line| line.starts_with("serde_json v"));
    let active = |line: &str| line.split([' ', ',']).map(str::to_owned).collect::<Vec<_>>();
    let mut found: Vec<String> =
        lines.flat_map(active).filter(|name| COSTLY.contains(&name.as_str())).collect();
    found.sort();
    found.dedup();
    let breach = |feature: String| {
        let what = format!(
            "serde_json's feature {feature} is on; find who asks for it with: cargo tree -e normal,features -i \
             serde_json, and switch it off there (default-features = false)"
        );
        Breach::new("Cargo.toml", 1, what)
    };
    found.into_iter().map(breach).collect()
}

/// The crates that would be built with planted mistakes, by what `cargo tree --prefix none -f "{p} {f}"` shows of a build
/// as it is shipped.
pub fn planted_features(tree: &str) -> Vec<Breach> {
    let planted = |line: &&str| line.split([' ', ',']).skip(1).any(|feature| feature == "planted");
    let mut crates: Vec<&str> =
        tree.lines().filter(planted).filter_map(|line| line.split(' ').next()).collect();
    crates.sort_unstable();
    crates.dedup();
    let breach = |name: &str| {
        Breach::new(
            "Cargo.toml",
            1,
            format!("{name} is built with planted mistakes, which are for tests alone"),
        )
    };
    crates.into_iter().map(breach).collect()
}

#[cfg(test)]
mod tests {
    use super::{costly_features, planted_features};

    #[test]
    fn a_crate_with_planted_mistakes_is_found_and_one_of_that_name_is_not() {
        let tree =
            "choreography v0.1.0 (/shop/choreography) planted,tls\nplanted v1.0.0 default\norder v0.1.0";
        let found = planted_features(tree);
        assert_eq!(found.len(), 1);
        assert!(found[0].what.contains("choreography"), "{}", found[0]);
    }

    #[test]
    fn a_costly_feature_is_found_and_a_harmless_one_is_not() {
        let tree = "order v0.1.0\nserde_json v1.0.154 default,preserve_order,raw_value (*)\nother v1 float_roundtrip";
        let found = costly_features(tree);
        assert_eq!(found.len(), 1);
        assert!(found[0].what.contains("preserve_order"), "{}", found[0]);
        assert_eq!(costly_features("serde_json v1.0.154 default,raw_value,std"), []);
    }
}
