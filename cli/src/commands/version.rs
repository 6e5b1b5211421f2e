//! `version`: of this program and of its Kafka client.

use serde::Serialize;

use crate::{exit::Failure, session::Session};

#[derive(Serialize)]
struct Versions {
    name: &'static str,
    version: &'static str,
    librdkafka: String,
}

pub(super) fn run(session: &mut Session) -> Result<(), Failure> {
    let (_, librdkafka) = rdkafka::util::get_rdkafka_version();
    let versions = Versions { name: env!("CARGO_PKG_NAME"), version: env!("CARGO_PKG_VERSION"), librdkafka };
    match session.out.is_json() {
        true => session.out.document(&versions),
        false => session.out.line(format_args!(
            "{} {} (librdkafka {})",
            versions.name, versions.version, versions.librdkafka
        )),
    }
}
