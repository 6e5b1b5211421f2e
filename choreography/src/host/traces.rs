//! [`Tracer`] on OpenTelemetry: spans leave by OTLP over gRPC, configured by the standard `OTEL_*` variables.
//!
//! Off unless an endpoint is given. Spans wait in a bounded queue of the SDK, which sends them from a thread of its own:
//! a collector that is slow or away costs spans, never orders.

use std::{
    sync::Arc,
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use events_schema::{Source, Timestamp, TraceParent};
use opentelemetry::{
    Context, InstrumentationScope, KeyValue,
    trace::{Link, SpanContext, SpanId, Status, TraceContextExt, TraceFlags, TraceId, TraceState},
};
use opentelemetry_sdk::{
    Resource,
    trace::{
        BatchSpanProcessor, Config, SamplingDecision, ShouldSample, SpanData, SpanEvents, SpanExporter as _,
        SpanLinks, SpanProcessor,
    },
};
use tokio::runtime::Runtime;

use super::{
    collector,
    semantics::{self, Called},
};
use crate::{Fatal, Operation, Span, Tracer, kafka::Settings};

/// How long to wait for the last spans to leave when the process ends.
const FLUSH: Duration = Duration::from_secs(5);

/// Where the spans of one service go; the last that drops it waits for them to leave.
#[derive(Clone)]
pub(super) struct Traces(Arc<Pipe>);

struct Pipe {
    called: Called,
    sampler: Box<dyn ShouldSample>,
    processor: BatchSpanProcessor,
    scope: InstrumentationScope,
    /// The connection to the collector lives on it.
    runtime: Option<Runtime>,
}

impl Traces {
    /// Opens the way to a collector, if the environment names one.
    pub(super) fn open(service: Source, settings: &Settings) -> Result<Option<Traces>, Fatal> {
        let Some(endpoint) = collector::endpoint(&collector::variable) else { return Ok(None) };
        let wrong =
            |error: String| Fatal::Misconfigured(format!("traces: {error}; see OTEL_EXPORTER_OTLP_ENDPOINT"));
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(1)
            .thread_name("traces")
            .enable_all()
            .build()
            .map_err(|error| wrong(error.to_string()))?;
        let entered = runtime.enter();
        let mut exporter = collector::exporter(&endpoint, &collector::variable).map_err(wrong)?;
        drop(entered);
        let resource = resource(service, settings);
        exporter.set_resource(&resource);
        let processor = BatchSpanProcessor::builder(exporter).build();
        Ok(Some(Traces(Arc::new(Pipe {
            called: Called { prefix: settings.prefix.clone(), service: service.name() },
            sampler: Config::default().sampler,
            processor,
            scope: InstrumentationScope::builder("choreography")
                .with_version(env!("CARGO_PKG_VERSION"))
                .build(),
            runtime: Some(runtime),
        }))))
    }

    /// For one worker.
    pub(super) fn tracer(&self) -> Box<dyn Tracer> {
        Box::new(self.clone())
    }
}

/// Who sends: what `OTEL_SERVICE_NAME` and `OTEL_RESOURCE_ATTRIBUTES` say, and the service's own name where they are
/// silent.
fn resource(service: Source, settings: &Settings) -> Resource {
    let given = Resource::builder().build();
    let is_given = |name: &'static str| {
        given.get(&name.into()).is_some_and(|value| !value.as_str().starts_with("unknown_service"))
    };
    let ours = [
        ("service.name", service.name()),
        ("service.instance.id", settings.instance.as_str()),
        ("service.version", env!("CARGO_PKG_VERSION")),
    ];
    let silent = ours.into_iter().filter(|(name, _)| !is_given(name));
    let added: Vec<KeyValue> = silent.map(|(name, value)| KeyValue::new(name, value.to_owned())).collect();
    Resource::builder().with_attributes(added).build()
}

impl Tracer for Traces {
    fn samples(&self, trace: &TraceParent, parent: Option<&TraceParent>) -> bool {
        let context = match parent {
            Some(parent) => Context::new().with_remote_span_context(context(parent)),
            None => Context::new(),
        };
        let kind = opentelemetry::trace::SpanKind::Consumer;
        let sampled =
            self.0.sampler.should_sample(Some(&context), trace_id(trace), "process", &kind, &[], &[]);
        sampled.decision == SamplingDecision::RecordAndSample
    }

    fn export(&mut self, spans: &mut Vec<Span>) {
        spans.drain(..).for_each(|span| self.0.processor.on_end(self.0.data(&span)));
    }
}

impl Pipe {
    fn data(&self, span: &Span) -> SpanData {
        let mut links = SpanLinks::default();
        links.links.extend(span.link.as_ref().map(|link| Link::with_context(context(link))));
        let parked = matches!(span.operation, Operation::Process { parked: true, .. });
        SpanData {
            span_context: context(&span.context),
            parent_span_id: span.parent.as_ref().map_or(SpanId::INVALID, span_id),
            parent_span_is_remote: matches!(span.operation, Operation::Process { .. }),
            span_kind: semantics::kind(&span.operation),
            name: self.called.name(&span.operation).into(),
            start_time: instant(span.start),
            end_time: instant(span.end),
            attributes: self.called.attributes(span),
            dropped_attributes_count: 0,
            events: SpanEvents::default(),
            links,
            status: if parked { Status::error("parked") } else { Status::Unset },
            instrumentation_scope: self.scope.clone(),
        }
    }
}

impl Drop for Pipe {
    fn drop(&mut self) {
        if let Err(error) = self.processor.shutdown_with_timeout(FLUSH) {
            tracing::warn!(service = self.called.service, %error, "the last spans did not leave");
        }
        // Nothing waits for it: whoever drops this may stand on another runtime.
        self.runtime.take().into_iter().for_each(Runtime::shutdown_background);
    }
}

fn context(of: &TraceParent) -> SpanContext {
    let flags = if of.is_sampled() { TraceFlags::SAMPLED } else { TraceFlags::default() };
    SpanContext::new(trace_id(of), span_id(of), flags, true, TraceState::default())
}

fn trace_id(of: &TraceParent) -> TraceId {
    TraceId::from_hex(of.trace_id()).unwrap_or(TraceId::INVALID)
}

fn span_id(of: &TraceParent) -> SpanId {
    SpanId::from_hex(of.span_id()).unwrap_or(SpanId::INVALID)
}

fn instant(time: Timestamp) -> SystemTime {
    UNIX_EPOCH + Duration::from_micros(u64::try_from(time.0).unwrap_or_default())
}
