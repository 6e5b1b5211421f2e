//! The way to a collector of spans: where it is, and by TLS whom it must be and who we are; by the standard `OTEL_*`
//! variables.

use opentelemetry_otlp::SpanExporter;

/// How a variable of the environment is read.
type Variables<'a> = &'a dyn Fn(&str) -> Option<String>;

#[expect(clippy::disallowed_methods, reason = "the standard's variables: their names are not ours to choose")]
pub(super) fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|value| !value.is_empty())
}

/// Where spans are to go; `None`: nowhere, since no endpoint is given or traces are switched off.
pub(super) fn endpoint(variables: Variables<'_>) -> Option<String> {
    let is = |name: &str, value: &str| variables(name).is_some_and(|given| given.eq_ignore_ascii_case(value));
    let off = is("OTEL_SDK_DISABLED", "true") || is("OTEL_TRACES_EXPORTER", "none");
    of_traces(variables, "ENDPOINT").filter(|_| !off)
}

/// What is said for traces, else what is said for all that is sent.
fn of_traces(variables: Variables<'_>, what: &str) -> Option<String> {
    let said = |of: &str| variables(&format!("OTEL_EXPORTER_OTLP_{of}{what}"));
    said("TRACES_").or_else(|| said(""))
}

/// What sends to there. It must be made on the runtime that its connection is to live on.
pub(super) fn exporter(endpoint: &str, variables: Variables<'_>) -> Result<SpanExporter, String> {
    let exporter = SpanExporter::builder().with_tonic();
    let exporter = match endpoint.get(..8).is_some_and(|scheme| scheme.eq_ignore_ascii_case("https://")) {
        true => tls::with(exporter, variables)?,
        false => exporter,
    };
    exporter.build().map_err(|error| error.to_string())
}

#[cfg(feature = "tls")]
mod tls {
    use opentelemetry_otlp::{
        SpanExporterBuilder, TonicExporterBuilderSet, WithTonicConfig as _,
        tonic_types::transport::{Certificate, ClientTlsConfig, Identity},
    };

    use super::{Variables, of_traces};

    type Builder = SpanExporterBuilder<TonicExporterBuilderSet>;

    /// Trusts the authorities of a file, or this machine's; shows a certificate where one is given.
    pub(super) fn with(exporter: Builder, variables: Variables<'_>) -> Result<Builder, String> {
        let mut config = match file(variables, "CERTIFICATE")? {
            Some(authorities) => ClientTlsConfig::new().ca_certificate(Certificate::from_pem(authorities)),
            None => ClientTlsConfig::new().with_native_roots(),
        };
        if let Some(certificate) = file(variables, "CLIENT_CERTIFICATE")? {
            let key =
                file(variables, "CLIENT_KEY")?.ok_or("CLIENT_CERTIFICATE is given, and CLIENT_KEY is not")?;
            config = config.identity(Identity::from_pem(certificate, key));
        }
        Ok(exporter.with_tls_config(config))
    }

    fn file(variables: Variables<'_>, what: &str) -> Result<Option<Vec<u8>>, String> {
        let read = |file: String| std::fs::read(&file).map_err(|error| format!("{what} {file}: {error}"));
        of_traces(variables, what).map(read).transpose()
    }
}

#[cfg(not(feature = "tls"))]
mod tls {
    use opentelemetry_otlp::{SpanExporterBuilder, TonicExporterBuilderSet};

    type Builder = SpanExporterBuilder<TonicExporterBuilderSet>;

    /// Refuses: there is no TLS in this build.
    pub(super) fn with(_: Builder, _: super::Variables<'_>) -> Result<Builder, String> {
        Err("an https endpoint needs a build with the feature tls".to_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn with(variables: &[(&str, &str)]) -> Option<String> {
        endpoint(&|name| variables.iter().find(|(of, _)| *of == name).map(|(_, value)| (*value).to_owned()))
    }

    #[test]
    fn spans_go_nowhere_unless_an_endpoint_is_given_and_that_of_traces_wins() {
        let (all, traces) = ("OTEL_EXPORTER_OTLP_ENDPOINT", "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT");
        assert_eq!(with(&[("OTEL_TRACES_SAMPLER", "always_on")]), None);
        assert_eq!(with(&[(all, "http://a:4317")]).as_deref(), Some("http://a:4317"));
        let both = [(all, "http://a:4317"), (traces, "http://b:4317")];
        assert_eq!(with(&both).as_deref(), Some("http://b:4317"));
    }

    #[test]
    fn the_standard_ways_to_switch_it_off_do() {
        let given = ("OTEL_EXPORTER_OTLP_ENDPOINT", "http://localhost:4317");
        assert_eq!(with(&[given, ("OTEL_SDK_DISABLED", "TRUE")]), None);
        assert_eq!(with(&[given, ("OTEL_TRACES_EXPORTER", "none")]), None);
        assert!(with(&[given, ("OTEL_SDK_DISABLED", "false")]).is_some());
    }

    #[cfg(feature = "tls")]
    #[test]
    fn a_file_of_authorities_that_is_missing_is_named() {
        let _entered = tokio::runtime::Runtime::new().unwrap();
        let missing =
            |name: &str| (name == "OTEL_EXPORTER_OTLP_CERTIFICATE").then(|| "/nowhere/ca.crt".to_owned());
        let told = exporter("https://localhost:4317", &missing).unwrap_err();
        assert!(told.starts_with("CERTIFICATE /nowhere/ca.crt: No such file"), "{told}");
    }

    #[cfg(not(feature = "tls"))]
    #[test]
    fn without_tls_in_the_build_an_https_endpoint_is_refused_with_the_remedy() {
        let told = exporter("https://localhost:4317", &|_| None).unwrap_err();
        assert_eq!(told, "an https endpoint needs a build with the feature tls");
    }
}
