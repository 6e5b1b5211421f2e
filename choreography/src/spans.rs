//! Spans: what the machine did for a story that is traced. They explain and decide nothing: no decision looks at one.
//!
//! A record that is decided on gets a *process* span, a child of the trace it brought; each fact it causes gets a *send*
//! span, and carries that as its `traceparent`. The spans of a transaction leave once it is committed, or never.

use std::borrow::Cow;

use events_schema::{EventId, Key, Place, Record, Source, Timestamp, TraceParent};

use crate::{Clock, Input, speaker::Cause};

/// Where spans go, and what of the stories that begin is traced. Asked only about what could be traced.
pub trait Tracer: Send {
    /// Whether a span is recorded, by its trace and by what its parent's maker decided.
    fn samples(&self, trace: &TraceParent, parent: Option<&TraceParent>) -> bool;

    /// Takes the spans of a committed transaction.
    fn export(&mut self, spans: &mut Vec<Span>);
}

/// Something the machine did, for one trace.
#[derive(Clone, Debug, PartialEq)]
pub struct Span {
    /// Its trace and its own id.
    pub context: TraceParent,
    /// What it is a part of.
    pub parent: Option<TraceParent>,
    /// Another trace's span that led to it: an operator's request.
    pub link: Option<TraceParent>,
    /// When it began.
    pub start: Timestamp,
    /// When it ended.
    pub end: Timestamp,
    /// What was done.
    pub operation: Operation,
    /// The order, SKU or request it was done for.
    pub subject: Key,
}

/// What was done.
#[derive(Clone, Debug, PartialEq)]
pub enum Operation {
    /// An input was decided on.
    Process {
        /// What came.
        trigger: Trigger,
        /// The id of the event it answers: for a deadline or an answer, the own fact it belongs to.
        cause: EventId,
        /// The event's type, if it could be read.
        event: Option<String>,
        /// Whether it was set aside.
        parked: bool,
    },
    /// A fact was committed.
    Send {
        /// Where to.
        to: Input,
        /// Its id.
        id: EventId,
        /// Its type.
        event: &'static str,
    },
}

/// What a decision was made on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Trigger {
    /// A record that stands here.
    Record(Place),
    /// A deadline came.
    Deadline,
    /// The outside answered.
    Answer,
}

/// An input that is about to be decided on.
pub(crate) struct Begun<'a> {
    trigger: Trigger,
    record: Option<&'a Record<'a>>,
    subject: Key,
    link: Option<TraceParent>,
}

impl<'a> Begun<'a> {
    pub(crate) fn record(record: &'a Record<'a>, subject: Key) -> Begun<'a> {
        Begun { trigger: Trigger::Record(record.place), record: Some(record), subject, link: None }
    }

    pub(crate) fn own_fact(trigger: Trigger, subject: Key) -> Begun<'a> {
        Begun { trigger, record: None, subject, link: None }
    }

    /// The same, led to by an operator's request.
    pub(crate) fn linked(self, link: Option<TraceParent>) -> Begun<'a> {
        Begun { link, ..self }
    }

    /// Its type, if it can be read.
    fn event(&self) -> Option<String> {
        self.record.and_then(|record| events_schema::kind(record).ok()).map(Cow::into_owned)
    }

    /// The trace it belongs to. A story begins with an outsider's record; what a service said without a trace is of a
    /// story whose head was not traced, which so need not be written into every event.
    fn trace(&self, cause: &Cause, parent: Option<TraceParent>) -> Option<TraceParent> {
        match (parent, self.trigger) {
            (None, Trigger::Record(Place { topic, .. })) if topic.is_outsiders() => {
                Some(TraceParent::beginning(topic, cause.id, self.subject))
            }
            _ => parent,
        }
    }
}

/// The spans of the open transaction, if anybody wants them: else nothing here does anything.
#[derive(Default)]
pub(crate) struct Spans {
    tracer: Option<Box<dyn Tracer>>,
    open: Vec<Span>,
    /// Where in `open` the newest process span is.
    newest: Option<usize>,
}

impl Spans {
    pub(crate) fn to(tracer: Box<dyn Tracer>) -> Spans {
        Spans { tracer: Some(tracer), ..Spans::default() }
    }

    /// An input is about to be decided on: if its story is traced, what it causes belongs to a span from now on.
    pub(crate) fn begin(&mut self, by: Source, cause: &mut Cause, begun: &Begun<'_>, clock: &dyn Clock) {
        self.newest = None;
        let Some(tracer) = &self.tracer else { return };
        let parent = cause.traceparent().filter(TraceParent::is_valid);
        let Some(trace) = begun.trace(cause, parent) else { return };
        if !tracer.samples(&trace, parent.as_ref()) {
            return;
        }
        // No two have one name: an input is taken once, or again after having been parked, at a later time.
        let (id, start, number) = (cause.id, clock.now(), self.open.len());
        let context = trace.child(format_args!("process/{by}/{id}/{}/{number}", start.0));
        cause.trace(context);
        let Begun { trigger, subject, link, .. } = *begun;
        let operation = Operation::Process { trigger, cause: id, event: begun.event(), parked: false };
        self.newest = Some(number);
        self.open.push(Span { context, parent, link, start, end: start, operation, subject });
    }

    /// The newest input is decided on.
    pub(crate) fn end(&mut self, clock: &dyn Clock) {
        if let Some(span) = self.newest.and_then(|at| self.open.get_mut(at)) {
            span.end = clock.now();
        }
    }

    /// The newest input is set aside.
    pub(crate) fn park(&mut self) {
        if let Some(Span { operation: Operation::Process { parked, .. }, .. }) =
            self.newest.and_then(|at| self.open.get_mut(at))
        {
            *parked = true;
        }
    }

    /// A fact is said by a span: gives the context that it carries. It is sent once the transaction is committed.
    pub(crate) fn send(&mut self, parent: TraceParent, sent: Sent, clock: &dyn Clock) -> TraceParent {
        let Sent { to, id, event, subject } = sent;
        let context = parent.child(format_args!("send/{id}"));
        let (start, operation) = (clock.now(), Operation::Send { to, id, event });
        let parent = Some(parent);
        self.open.push(Span { context, parent, link: None, start, end: start, operation, subject });
        context
    }

    /// The transaction is committed.
    pub(crate) fn commit(&mut self, clock: &dyn Clock) {
        let Some(tracer) = self.tracer.as_mut().filter(|_| !self.open.is_empty()) else { return };
        let now = clock.now();
        let sent = self.open.iter_mut().filter(|span| matches!(span.operation, Operation::Send { .. }));
        sent.for_each(|span| span.end = now);
        tracer.export(&mut self.open);
        self.clear();
    }

    /// The transaction is undone, and what it did has not been done.
    pub(crate) fn clear(&mut self) {
        self.open.clear();
        self.newest = None;
    }
}

/// A fact that is said.
pub(crate) struct Sent {
    pub(crate) to: Input,
    pub(crate) id: EventId,
    pub(crate) event: &'static str,
    pub(crate) subject: Key,
}
