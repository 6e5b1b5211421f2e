//! A schema registry behind Confluent's REST interface: four calls.

use std::time::Duration;

use contract::{Compatibility, MEDIA_TYPE, Registration};
use reqwest::{Client, Method, StatusCode, header};
use serde_json::{Value, json};

use crate::exit::Failure;

/// A registry.
pub(super) struct Registry {
    base: String,
    client: Client,
    runtime: tokio::runtime::Runtime,
}

/// What became of asking for a schema to be taken.
pub(super) enum Taken {
    /// It has this id.
    Id(u64),
    /// It breaks the subject's rule; in the registry's words.
    Refused(String),
}

impl Registry {
    /// The registry at an address like `http://localhost:8081`, or with `user:password@` before the host.
    pub(super) fn at(base: &str, timeout: Duration) -> Result<Registry, Failure> {
        if !base.starts_with("http://") {
            let what =
                format!("--registry {base}: give an address like http://localhost:8081; TLS is not built in");
            return Err(Failure::Usage(what));
        }
        let ours = |what: String| Failure::Ours(format!("no HTTP client: {what}"));
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
        let runtime = runtime.map_err(|error| ours(error.to_string()))?;
        let client = Client::builder().no_proxy().timeout(timeout).build();
        let client = client.map_err(|error| ours(error.to_string()))?;
        Ok(Registry { base: base.trim_end_matches('/').to_owned(), client, runtime })
    }

    /// The id and version under which the subject has exactly this schema, if it has.
    pub(super) fn find(&self, one: &Registration) -> Result<Option<(u64, u64)>, Failure> {
        let (status, answer) = self.call(Method::POST, &format!("subjects/{}", one.subject), &one.body())?;
        match (status, answer["id"].as_u64(), answer["version"].as_u64()) {
            (StatusCode::OK, Some(id), Some(version)) => Ok(Some((id, version))),
            (StatusCode::NOT_FOUND, ..) => Ok(None),
            _ => Err(self.odd("looking a schema up", status, &answer)),
        }
    }

    /// Whether the subject would take the schema as its next version; if not, why.
    pub(super) fn would_take(&self, one: &Registration) -> Result<Option<String>, Failure> {
        let path = format!("compatibility/subjects/{}/versions/latest?verbose=true", one.subject);
        let (status, answer) = self.call(Method::POST, &path, &one.body())?;
        match (status, answer["is_compatible"].as_bool()) {
            (StatusCode::NOT_FOUND, _) | (StatusCode::OK, Some(true)) => Ok(None),
            (StatusCode::OK, Some(false)) => Ok(Some(words(&answer["messages"]))),
            _ => Err(self.odd("asking whether a schema fits", status, &answer)),
        }
    }

    /// Sets the rule by which new versions of the subject are judged.
    pub(super) fn set_rule(&self, one: &Registration, rule: Compatibility) -> Result<(), Failure> {
        let body = json!({ "compatibility": rule.name() });
        let (status, answer) = self.call(Method::PUT, &format!("config/{}", one.subject), &body)?;
        if status == StatusCode::OK { Ok(()) } else { Err(self.odd("setting a rule", status, &answer)) }
    }

    /// Has the schema taken as the subject's next version.
    pub(super) fn take(&self, one: &Registration) -> Result<Taken, Failure> {
        let (status, answer) =
            self.call(Method::POST, &format!("subjects/{}/versions", one.subject), &one.body())?;
        match (status, answer["id"].as_u64()) {
            (StatusCode::OK, Some(id)) => Ok(Taken::Id(id)),
            (StatusCode::CONFLICT, _) => Ok(Taken::Refused(words(&answer["message"]))),
            _ => Err(self.odd("registering a schema", status, &answer)),
        }
    }

    fn call(&self, method: Method, path: &str, body: &Value) -> Result<(StatusCode, Value), Failure> {
        let url = format!("{}/{path}", self.base);
        let request = self.client.request(method, url).header(header::ACCEPT, MEDIA_TYPE);
        let request = request.header(header::CONTENT_TYPE, MEDIA_TYPE).body(body.to_string());
        let asked = async {
            let response = request.send().await?;
            let status = response.status();
            Ok::<_, reqwest::Error>((status, response.text().await?))
        };
        let (status, text) = self.runtime.block_on(asked).map_err(|error| self.silent(&error))?;
        Ok((status, serde_json::from_str(&text).unwrap_or(Value::String(text))))
    }

    fn silent(&self, error: &reqwest::Error) -> Failure {
        let why = match error {
            error if error.is_connect() => "nobody listens".to_owned(),
            error if error.is_timeout() => "no answer within --timeout".to_owned(),
            other => other.to_string(),
        };
        Failure::Unreachable(format!("no schema registry at {}: {why}", self.shown()))
    }

    fn odd(&self, doing: &str, status: StatusCode, answer: &Value) -> Failure {
        let said = words(answer.get("message").unwrap_or(answer));
        let line = format!("{doing}: {} answered {status}: {said}", self.shown());
        match status {
            StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN => {
                Failure::Layout(format!("{line}; give http://USER:PASSWORD@HOST:PORT"))
            }
            _ => Failure::Unreachable(line),
        }
    }

    /// The address without a password.
    fn shown(&self) -> String {
        match self.base.rsplit_once('@') {
            Some((_, host)) => format!("http://{host}"),
            None => self.base.clone(),
        }
    }
}

/// What a registry says, in one line.
fn words(said: &Value) -> String {
    let all = said.as_array().map_or(std::slice::from_ref(said), Vec::as_slice);
    let text = |one: &Value| one.as_str().map_or_else(|| one.to_string(), str::to_owned);
    all.iter().map(text).collect::<Vec<_>>().join("; ").replace('\n', " ")
}
