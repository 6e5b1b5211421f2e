//! The admin port: `/livez`, `/readyz`, `/metrics`.

use std::net::SocketAddr;

use axum::{Router, extract::State, http::StatusCode, routing::get};
use prometheus::{Encoder, TextEncoder};

use super::Health;

/// Serves the admin port on a thread of its own; returns the address it is bound to.
pub fn serve(address: SocketAddr, health: Health) -> std::io::Result<SocketAddr> {
    let listener = std::net::TcpListener::bind(address)?;
    listener.set_nonblocking(true)?;
    let bound = listener.local_addr()?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let routes = Router::new()
        .route("/livez", get(livez))
        .route("/readyz", get(readyz))
        .route("/metrics", get(metrics))
        .with_state(health);
    std::thread::Builder::new().name("admin".to_owned()).spawn(move || {
        runtime.block_on(async {
            let served = match tokio::net::TcpListener::from_std(listener) {
                Ok(listener) => axum::serve(listener, routes).await,
                Err(error) => Err(error),
            };
            if let Err(error) = served {
                tracing::error!(%error, "the admin port is closed");
            }
        });
    })?;
    tracing::info!(%bound, "admin port");
    Ok(bound)
}

async fn livez(State(health): State<Health>) -> (StatusCode, &'static str) {
    if health.is_live() {
        (StatusCode::OK, "live\n")
    } else {
        (StatusCode::SERVICE_UNAVAILABLE, "a worker has ended\n")
    }
}

async fn readyz(State(health): State<Health>) -> (StatusCode, &'static str) {
    if health.is_ready() {
        (StatusCode::OK, "ready\n")
    } else {
        (StatusCode::SERVICE_UNAVAILABLE, "restoring\n")
    }
}

async fn metrics(State(health): State<Health>) -> Result<String, StatusCode> {
    let mut text = Vec::new();
    TextEncoder::new()
        .encode(&health.registry.gather(), &mut text)
        .map_err(|_| StatusCode::INTERNAL_SERVER_ERROR)?;
    String::from_utf8(text).map_err(|_| StatusCode::INTERNAL_SERVER_ERROR)
}
