//! Spans to a collector by TLS, where both sides show a certificate. In a build with the feature `tls`.

use std::{
    path::{Path, PathBuf},
    process::{Child, Stdio},
    time::Duration,
};

use events_schema::Topic;
use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};
use tonic::transport::{Certificate, Identity, ServerTlsConfig};

use crate::{
    collector::Collector,
    stage::{Patience, Stage, home},
};

/// An authority of a test's own.
struct Authority(CertifiedIssuer<'static, KeyPair>);

impl Authority {
    fn new() -> Authority {
        let mut params = CertificateParams::new(Vec::new()).unwrap();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        Authority(CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap())
    }

    /// A certificate for this machine, and its key, as PEM.
    fn signs(&self) -> (String, String) {
        let key = KeyPair::generate().unwrap();
        let params = CertificateParams::new(vec!["localhost".to_owned()]).unwrap();
        (params.signed_by(&key, &self.0).unwrap().pem(), key.serialize_pem())
    }

    fn asks(&self) -> Collector {
        let identity = self.signs();
        let tls = ServerTlsConfig::new().identity(Identity::from_pem(identity.0, identity.1));
        Collector::open_with_tls(tls.client_ca_root(Certificate::from_pem(self.0.pem())))
    }
}

/// Services that end with the test.
struct Services(Child);

impl Drop for Services {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// Services that trust this authority, under a certificate that it signed.
fn services(stage: &Stage, collector: &Collector, authority: &Authority, folder: &Path) -> Services {
    let write = |name: &str, pem: String| {
        std::fs::write(folder.join(name), pem).unwrap();
        folder.join(name)
    };
    let (certificate, key) = authority.signs();
    let mut command = stage.command(&["run", "all", "--log-format", "json"]);
    command
        .env("OTEL_EXPORTER_OTLP_ENDPOINT", collector.endpoint())
        .env("OTEL_EXPORTER_OTLP_CERTIFICATE", write("ca.crt", authority.0.pem()))
        .env("OTEL_EXPORTER_OTLP_CLIENT_CERTIFICATE", write("client.crt", certificate))
        .env("OTEL_EXPORTER_OTLP_CLIENT_KEY", write("client.key", key))
        .env("OTEL_BSP_SCHEDULE_DELAY", "50")
        .stderr(std::fs::File::create(folder.join("log")).unwrap());
    Services(command.stdin(Stdio::null()).stdout(Stdio::null()).spawn().unwrap())
}

fn folder(name: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    std::fs::create_dir_all(&folder).unwrap();
    folder
}

fn place(stage: &Stage, order: &str) {
    let placed = br#"{"type":"OrderPlaced","data":{"customer_id":"ada","lines":[{"sku":"mug","quantity":1}],"payment":{"method":"card","token":"tok_ok"}}}"#;
    stage.write(Topic::Checkout, home(order), order, placed, &[]);
}

#[test]
fn spans_reach_a_collector_that_asks_for_a_certificate() {
    let (stage, authority) = (Stage::mock(), Authority::new());
    let collector = authority.asks();
    let _services = services(&stage, &collector, &authority, &folder("trusted"));
    place(&stage, "o-1");
    collector.until("the rejection of o-1", |spans| spans.iter().any(|span| span.sends("OrderRejected")));
}

#[test]
fn a_collector_that_another_authority_signed_for_gets_nothing_and_orders_go_on() {
    let (stage, authority) = (Stage::mock(), Authority::new());
    let (stranger, folder) = (Authority::new().asks(), folder("untrusted"));
    let _services = services(&stage, &stranger, &authority, &folder);
    place(&stage, "o-1");
    stage.await_records("orders", 1);
    let log = || std::fs::read_to_string(folder.join("log")).unwrap();
    let patience = Patience::of(Duration::from_secs(60));
    patience.until("an export that failed", || log().contains("BatchSpanProcessor.ExportError"));
    assert!(stranger.until("nothing", |_| true).is_empty());
}
