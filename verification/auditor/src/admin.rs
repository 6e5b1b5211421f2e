//! The admin port: `/healthz` and `/metrics`.

use std::net::SocketAddr;

use axum::{Router, extract::State, http::StatusCode, routing::get};
use prometheus::{Encoder, TextEncoder};

use crate::{Failure, metrics::Metrics};

/// An auditor that has not come to the log's end for so many seconds does not audit.
const SILENCE: f64 = 120.0;

/// Serves the admin port on a thread of its own.
pub(crate) fn serve(address: SocketAddr, metrics: Metrics) -> Result<(), Failure> {
    let failed = |error: std::io::Error| Failure::Usage(format!("--admin {address}: {error}"));
    let listener = std::net::TcpListener::bind(address).map_err(failed)?;
    listener.set_nonblocking(true).map_err(failed)?;
    let bound = listener.local_addr().map_err(failed)?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().map_err(failed)?;
    let routes =
        Router::new().route("/healthz", get(health)).route("/metrics", get(text)).with_state(metrics);
    let serve = move || {
        runtime.block_on(async {
            let served = match tokio::net::TcpListener::from_std(listener) {
                Ok(listener) => axum::serve(listener, routes).await,
                Err(error) => Err(error),
            };
            if let Err(error) = served {
                tracing::error!(%error, "the admin port is closed");
            }
        });
    };
    std::thread::Builder::new().name("admin".to_owned()).spawn(serve).map_err(failed)?;
    tracing::info!(%bound, "admin port");
    Ok(())
}

/// Whether it audits. What it finds is for the metrics to say: a broken promise is no reason to restart the judge.
async fn health(State(metrics): State<Metrics>) -> (StatusCode, String) {
    let silent = metrics.silent_for();
    match silent < SILENCE {
        true => (StatusCode::OK, "auditing\n".to_owned()),
        false => {
            (StatusCode::SERVICE_UNAVAILABLE, format!("the log was not read to its end for {silent:.0} s\n"))
        }
    }
}

async fn text(State(metrics): State<Metrics>) -> Result<String, StatusCode> {
    let mut text = Vec::new();
    TextEncoder::new()
        .encode(&metrics.registry.gather(), &mut text)
        .map_err(|_| StatusCode::INTERNAL_SERVER_ERROR)?;
    String::from_utf8(text).map_err(|_| StatusCode::INTERNAL_SERVER_ERROR)
}
