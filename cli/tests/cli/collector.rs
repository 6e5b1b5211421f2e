//! A collector of spans: takes them by OTLP over gRPC, as OpenTelemetry's own does, and shows them to a test.

use std::{
    collections::HashMap,
    net::SocketAddr,
    sync::{Arc, Condvar, Mutex},
    time::Duration,
};

use opentelemetry_proto::tonic::{
    collector::trace::v1::{
        ExportTraceServiceRequest, ExportTraceServiceResponse,
        trace_service_server::{TraceService, TraceServiceServer},
    },
    common::v1::{KeyValue, any_value::Value},
};
use tonic::{
    Request, Response, Status,
    transport::{Server, server::TcpIncoming},
};

/// A span as it came in.
#[derive(Clone, Debug)]
pub struct Seen {
    pub service: String,
    pub name: String,
    pub trace: String,
    pub id: String,
    /// Empty at a root.
    pub parent: String,
    /// The traces and spans it is linked to.
    pub links: Vec<(String, String)>,
    pub kind: i32,
    pub failed: bool,
    pub attributes: HashMap<String, String>,
    /// Everything that was sent of it and of its sender, as text.
    pub whole: String,
}

impl Seen {
    /// The type of the event it is about.
    pub fn event(&self) -> &str {
        self.attributes.get("cloudevents.event_type").map_or("", String::as_str)
    }

    /// Whether it is the sending of such a fact.
    pub fn sends(&self, event: &str) -> bool {
        self.name.starts_with("send ") && self.event() == event
    }
}

#[derive(Clone, Default)]
struct Inbox(Arc<(Mutex<Vec<Seen>>, Condvar)>);

/// A running collector. It ends with the test's process.
pub struct Collector {
    inbox: Inbox,
    scheme: &'static str,
    address: SocketAddr,
}

impl Collector {
    pub fn open() -> Collector {
        Collector::serve("http", Server::builder())
    }

    /// One that shows this certificate, and asks for one that this authority signed.
    #[cfg(feature = "tls")]
    pub fn open_with_tls(tls: tonic::transport::ServerTlsConfig) -> Collector {
        Collector::serve("https", Server::builder().tls_config(tls).unwrap())
    }

    fn serve(scheme: &'static str, mut server: Server) -> Collector {
        let inbox = Inbox::default();
        let service = TraceServiceServer::new(inbox.clone());
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let listener = runtime.block_on(tokio::net::TcpListener::bind("127.0.0.1:0")).unwrap();
        let address = listener.local_addr().unwrap();
        std::thread::spawn(move || {
            let serving = server.add_service(service);
            runtime.block_on(serving.serve_with_incoming(TcpIncoming::from(listener))).unwrap();
        });
        Collector { inbox, scheme, address }
    }

    /// Where it listens, as an exporter is told.
    pub fn endpoint(&self) -> String {
        format!("{}://localhost:{}", self.scheme, self.address.port())
    }

    /// Waits until so it is; gives all spans.
    #[track_caller]
    pub fn until(&self, what: &str, so: impl Fn(&[Seen]) -> bool) -> Vec<Seen> {
        let (spans, came) = &*self.inbox.0;
        let waited =
            came.wait_timeout_while(spans.lock().unwrap(), Duration::from_secs(60), |spans| !so(spans));
        let (spans, outcome) = waited.unwrap();
        let told: Vec<String> =
            spans.iter().map(|span| format!("{} {} {}", span.service, span.name, span.event())).collect();
        assert!(!outcome.timed_out(), "not within 60 s: {what}; there are {told:#?}");
        spans.clone()
    }
}

#[tonic::async_trait]
impl TraceService for Inbox {
    async fn export(
        &self,
        request: Request<ExportTraceServiceRequest>,
    ) -> Result<Response<ExportTraceServiceResponse>, Status> {
        let mut seen = Vec::new();
        for batch in request.into_inner().resource_spans {
            let about = batch.resource.map(|resource| resource.attributes).unwrap_or_default();
            let service = texts(&about).remove("service.name").unwrap_or_default();
            let spans = batch.scope_spans.into_iter().flat_map(|scope| scope.spans);
            seen.extend(spans.map(|span| Seen {
                service: service.clone(),
                whole: format!("{about:?} {span:?}"),
                trace: hex(&span.trace_id),
                id: hex(&span.span_id),
                parent: hex(&span.parent_span_id),
                links: span.links.iter().map(|link| (hex(&link.trace_id), hex(&link.span_id))).collect(),
                kind: span.kind,
                failed: span.status.as_ref().is_some_and(|status| status.code == 2),
                attributes: texts(&span.attributes),
                name: span.name,
            }));
        }
        self.0.0.lock().unwrap().extend(seen);
        self.0.1.notify_all();
        Ok(Response::new(ExportTraceServiceResponse::default()))
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn texts(attributes: &[KeyValue]) -> HashMap<String, String> {
    let text = |attribute: &KeyValue| match attribute.value.as_ref().and_then(|value| value.value.as_ref()) {
        Some(Value::StringValue(text)) => text.clone(),
        Some(Value::IntValue(number)) => number.to_string(),
        other => format!("{other:?}"),
    };
    attributes.iter().map(|attribute| (attribute.key.clone(), text(attribute))).collect()
}
