//! Who may import whom.

use crate::Breach;

/// A crate of ours and what its manifest names, for building and for tests alike.
pub struct Imports {
    /// Its name.
    pub package: String,
    /// Its manifest, from the root of the repository.
    pub manifest: String,
    /// The packages it names.
    pub of: Vec<String>,
}

/// Crates of ours that may import only these of ours. The others (composition roots, simulator, this crate) may import
/// any.
const MAY_IMPORT: &[(&str, &[&str], &str)] = &[
    ("events-schema", &[], "the contract knows nobody"),
    ("contract", &["events-schema"], "the contract as others get it is made from the contract alone"),
    (
        "choreography",
        &["events-schema"],
        "the machine knows no business: pass what it needs through the service trait",
    ),
    ("order", &["events-schema", "choreography"], "services know one another by events only"),
    ("inventory", &["events-schema", "choreography"], "services know one another by events only"),
    ("payment", &["events-schema", "choreography"], "services know one another by events only"),
    ("gateway", &["events-schema"], "the gateway is a front end: it writes and reads topics"),
    (
        "invariants",
        &["events-schema"],
        "the judge must not share the defendant's error: derive it from events alone",
    ),
    ("auditor", &["events-schema", "invariants"], "the auditor is an independent reader"),
    (
        "cluster",
        &["contract", "events-schema"],
        "manifests are held against the code's text, so that nothing big is built for it",
    ),
];

/// The crates that may name the Kafka client.
const MAY_NAME_KAFKA: &[&str] = &["choreography", "orderctl", "auditor", "chaos", "bench", "drills"];

/// The crates that depend on what they must not.
pub fn forbidden_imports(all: &[Imports]) -> Vec<Breach> {
    let ours: Vec<&str> = all.iter().map(|imports| imports.package.as_str()).collect();
    let mut breaches = Vec::new();
    for Imports { package, manifest, of } in all {
        let rule = MAY_IMPORT.iter().find(|(name, ..)| name == package);
        for import in of.iter().filter(|import| *import != package) {
            if let Some((_, allowed, why)) = rule
                && ours.contains(&import.as_str())
                && !allowed.contains(&import.as_str())
            {
                breaches.push(Breach::new(manifest, 1, format!("{package} must not import {import}; {why}")));
            }
            if import.starts_with("rdkafka") && !MAY_NAME_KAFKA.contains(&package.as_str()) {
                let what =
                    format!("{package} must not import {import}; go through the ports of choreography");
                breaches.push(Breach::new(manifest, 1, what));
            }
        }
    }
    breaches
}

#[cfg(test)]
mod tests {
    use super::{Imports, forbidden_imports};

    fn found(all: &[(&str, &[&str])]) -> Vec<String> {
        let imports = |(package, of): &(&str, &[&str])| Imports {
            package: (*package).to_owned(),
            manifest: format!("{package}/Cargo.toml"),
            of: of.iter().map(|name| (*name).to_owned()).collect(),
        };
        let all: Vec<Imports> = all.iter().map(imports).collect();
        forbidden_imports(&all).iter().map(ToString::to_string).collect()
    }

    #[test]
    fn a_service_may_not_import_another_or_the_kafka_client() {
        let bad = found(&[("order", &["payment", "events-schema", "serde"]), ("payment", &["rdkafka-sys"])]);
        assert_eq!(
            bad,
            [
                "order/Cargo.toml:1: order must not import payment; services know one another by events only",
                "payment/Cargo.toml:1: payment must not import rdkafka-sys; go through the ports of choreography",
            ]
        );
    }

    #[test]
    fn the_contract_the_machine_and_the_judges_know_no_service() {
        let order: &[&str] = &["order"];
        for package in ["events-schema", "choreography", "invariants", "auditor"] {
            assert_eq!(found(&[("order", &[]), (package, order)]).len(), 1, "{package}");
        }
        assert_eq!(found(&[("choreography", &[]), ("events-schema", &["choreography"])]).len(), 1);
        assert_eq!(found(&[("choreography", &[]), ("auditor", &["choreography"])]).len(), 1);
    }

    #[test]
    fn what_is_allowed_is_not_reported() {
        let none = found(&[
            ("events-schema", &["serde"]),
            ("choreography", &["events-schema", "rdkafka"]),
            ("order", &["choreography", "order"]),
            ("orderctl", &["order", "rdkafka"]),
        ]);
        assert_eq!(none, Vec::<String>::new());
    }
}
