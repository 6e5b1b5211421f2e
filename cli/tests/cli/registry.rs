//! A small schema registry that holds its callers to Confluent's REST interface.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, MutexGuard, mpsc},
};

use axum::{
    Router,
    body::Bytes,
    extract::{Path, State},
    http::{HeaderMap, Method, StatusCode},
    response::{IntoResponse, Response},
    routing::{post, put},
};
use contract::{Side, compare};
use serde_json::{Value, json};

const MEDIA_TYPE: &str = "application/vnd.schemaregistry.v1+json";

/// The registry. It ends with the process.
#[derive(Clone, Default)]
pub struct Registry {
    kept: Arc<Mutex<Kept>>,
    /// Who may call, as the header says it; empty: anybody.
    credentials: &'static str,
}

/// What it holds.
#[derive(Default)]
pub struct Kept {
    /// The schemas of each subject, oldest first.
    pub subjects: BTreeMap<String, Vec<Value>>,
    /// The rule of each subject.
    pub rules: BTreeMap<String, String>,
    /// Every schema; its id is its number.
    schemas: Vec<Value>,
    /// How many calls would have changed something.
    pub writes: usize,
}

type Answer = Result<Value, (StatusCode, u32, String)>;

impl Registry {
    /// One that wants this header of authorization.
    pub fn for_those_with(credentials: &'static str) -> Registry {
        Registry { credentials, ..Registry::default() }
    }

    /// Starts it; its address.
    pub fn open(&self) -> String {
        let router = Router::new()
            .route("/subjects/{subject}", post(find))
            .route("/subjects/{subject}/versions", post(take))
            .route("/compatibility/subjects/{subject}/versions/latest", post(judge))
            .route("/config/{subject}", put(rule))
            .with_state(self.clone());
        let (address, opened) = mpsc::channel();
        std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
            runtime.block_on(async {
                let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
                address.send(listener.local_addr().unwrap()).unwrap();
                axum::serve(listener, router).await.unwrap();
            });
        });
        format!("http://{}", opened.recv().unwrap())
    }

    /// What it holds now.
    pub fn kept(&self) -> MutexGuard<'_, Kept> {
        self.kept.lock().unwrap()
    }

    /// Whether the call is as the interface wants it; its body.
    fn heard(
        &self,
        method: &Method,
        headers: &HeaderMap,
        body: &Bytes,
    ) -> Result<Value, (StatusCode, u32, String)> {
        let header = |name: &str| headers.get(name).map_or("", |value| value.to_str().unwrap());
        if !self.credentials.is_empty() && header("authorization") != self.credentials {
            return Err((StatusCode::UNAUTHORIZED, 401, "Unauthorized".to_owned()));
        }
        if header("content-type") != MEDIA_TYPE || header("accept") != MEDIA_TYPE {
            return Err((
                StatusCode::UNSUPPORTED_MEDIA_TYPE,
                415,
                "HTTP 415 Unsupported Media Type".to_owned(),
            ));
        }
        let body: Value = serde_json::from_slice(body).map_err(|error| invalid(&error.to_string()))?;
        if *method == Method::PUT {
            return Ok(body["compatibility"].clone());
        }
        if body["schemaType"] != "JSON" {
            return Err(invalid("schemaType must be JSON"));
        }
        let schema = body["schema"].as_str().ok_or_else(|| invalid("schema must be text"))?;
        serde_json::from_str(schema).map_err(|error| invalid(&error.to_string()))
    }
}

fn invalid(what: &str) -> (StatusCode, u32, String) {
    (StatusCode::UNPROCESSABLE_ENTITY, 42201, what.to_owned())
}

fn nowhere(code: u32, what: &str) -> (StatusCode, u32, String) {
    (StatusCode::NOT_FOUND, code, what.to_owned())
}

fn said(answer: Answer) -> Response {
    let (status, body) = match answer {
        Ok(body) => (StatusCode::OK, body),
        Err((status, code, message)) => (status, json!({ "error_code": code, "message": message })),
    };
    (status, [("content-type", MEDIA_TYPE)], body.to_string()).into_response()
}

impl Kept {
    fn id_of(&mut self, schema: &Value) -> usize {
        let known = self.schemas.iter().position(|known| known == schema);
        known.unwrap_or_else(|| {
            self.schemas.push(schema.clone());
            self.schemas.len() - 1
        }) + 1
    }

    /// What of the subject's last schema the new one could not read.
    fn quarrels(&self, subject: &str, schema: &Value) -> Vec<String> {
        let last = self.subjects.get(subject).and_then(|versions| versions.last());
        let breaks = last.map_or_else(Vec::new, |last| compare(last, schema));
        breaks
            .iter()
            .filter(|one| one.side == Side::New)
            .map(|one| format!("{} {}", one.field, one.change))
            .collect()
    }
}

async fn find(
    State(registry): State<Registry>,
    Path(subject): Path<String>,
    method: Method,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    said(registry.heard(&method, &headers, &body).and_then(|schema| {
        let mut kept = registry.kept();
        let versions = kept.subjects.get(&subject).ok_or_else(|| nowhere(40401, "Subject not found"))?;
        let version = versions.iter().position(|known| *known == schema);
        let version = version.ok_or_else(|| nowhere(40403, "Schema not found"))? + 1;
        Ok(json!({ "subject": subject, "id": kept.id_of(&schema), "version": version }))
    }))
}

async fn take(
    State(registry): State<Registry>,
    Path(subject): Path<String>,
    method: Method,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    said(registry.heard(&method, &headers, &body).and_then(|schema| {
        let mut kept = registry.kept();
        kept.writes += 1;
        let quarrels = kept.quarrels(&subject, &schema);
        if !quarrels.is_empty() {
            let what =
                format!("Schema being registered is incompatible with an earlier schema: {quarrels:?}");
            return Err((StatusCode::CONFLICT, 409, what));
        }
        kept.subjects.entry(subject).or_default().push(schema.clone());
        Ok(json!({ "id": kept.id_of(&schema) }))
    }))
}

async fn judge(
    State(registry): State<Registry>,
    Path(subject): Path<String>,
    method: Method,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    said(registry.heard(&method, &headers, &body).and_then(|schema| {
        let kept = registry.kept();
        if !kept.subjects.contains_key(&subject) {
            return Err(nowhere(40401, "Subject not found"));
        }
        let quarrels = kept.quarrels(&subject, &schema);
        Ok(json!({ "is_compatible": quarrels.is_empty(), "messages": quarrels }))
    }))
}

async fn rule(
    State(registry): State<Registry>,
    Path(subject): Path<String>,
    method: Method,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    said(registry.heard(&method, &headers, &body).and_then(|rule| {
        let rule =
            rule.as_str().ok_or_else(|| (StatusCode::UNPROCESSABLE_ENTITY, 42203, "no rule".to_owned()))?;
        let mut kept = registry.kept();
        kept.writes += 1;
        kept.rules.insert(subject, rule.to_owned());
        Ok(json!({ "compatibility": rule }))
    }))
}
