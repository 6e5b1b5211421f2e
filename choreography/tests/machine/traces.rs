//! Spans: whose child each is, that they leave once and only for what is committed, and that they decide nothing.

use std::{
    sync::{Arc, Mutex},
    time::Duration,
};

use choreography::{Operation, Span, Tracer, Trigger, memory::CommitFate};
use events_schema::{Timestamp, Topic, TraceParent, untraced};

use crate::stage::{Member, Stage, home, open};

/// Keeps what is exported; samples everything, or nothing.
#[derive(Clone, Default)]
struct Kept(Arc<Mutex<Vec<Span>>>, bool);

impl Tracer for Kept {
    fn samples(&self, _: &TraceParent, _: Option<&TraceParent>) -> bool {
        !self.1
    }
    fn export(&mut self, spans: &mut Vec<Span>) {
        self.0.lock().unwrap().append(spans);
    }
}

impl Kept {
    fn attached(member: &mut Member) -> Kept {
        let kept = Kept::default();
        member.worker.trace_to(Box::new(kept.clone()));
        kept
    }

    fn spans(&self) -> Vec<Span> {
        self.0.lock().unwrap().clone()
    }

    /// Each span as `what < what its parent did`, or alone if nobody exported its parent.
    fn tree(&self) -> Vec<String> {
        let spans = self.spans();
        let tell = |span: &Span| {
            let parent = spans.iter().find(|other| Some(other.context) == span.parent);
            parent.map_or_else(|| what(span), |parent| format!("{} < {}", what(span), what(parent)))
        };
        spans.iter().map(tell).collect()
    }
}

fn what(span: &Span) -> String {
    match &span.operation {
        Operation::Send { event, .. } => format!("send {event}"),
        Operation::Process { trigger: Trigger::Record(_), event, parked, .. } => {
            let event = event.as_deref().unwrap_or("?");
            format!("{} {event}", if *parked { "park" } else { "process" })
        }
        Operation::Process { trigger, .. } => format!("process {trigger:?}"),
    }
}

fn traced() -> (Stage, Member, Kept) {
    let stage = Stage::new();
    let mut member = stage.member("0");
    let kept = Kept::attached(&mut member);
    stage.settle(&mut member);
    (stage, member, kept)
}

fn one_trace(spans: &[Span]) -> bool {
    spans.iter().all(|span| span.context.trace_id() == spans[0].context.trace_id())
}

#[test]
fn a_fact_carries_the_span_that_sent_it_which_is_a_part_of_the_one_that_decided() {
    let (stage, mut member, kept) = traced();
    stage.place("o-1", "sleep 9");
    stage.settle(&mut member);
    let expected =
        ["process OrderPlaced", "send Counted < process OrderPlaced", "send Slept < process OrderPlaced"];
    assert_eq!(kept.tree(), expected);
    let spans = kept.spans();
    let carried: Vec<_> = stage.records(Topic::Orders).iter().map(|fact| open(fact).traceparent).collect();
    assert_eq!(carried, [Some(spans[1].context), Some(spans[2].context)]);
    assert!(
        one_trace(&spans) && spans.iter().all(|span| span.start <= span.end && span.context.is_sampled())
    );
}

#[test]
fn the_trace_that_a_record_brings_is_gone_on_with() {
    let (stage, mut member, kept) = traced();
    let brought = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
    let placed = stage.placement("").replacen("\"id\"", &format!("\"traceparent\":\"{brought}\",\"id\""), 1);
    stage.write(Topic::Checkout, home("o-1"), "o-1", &placed);
    stage.settle(&mut member);
    let spans = kept.spans();
    assert_eq!(spans[0].parent.map(|parent| parent.as_str().to_owned()), Some(brought.to_owned()));
    assert!(spans.len() == 2 && one_trace(&spans));
    assert_eq!(spans[0].context.trace_id(), "0af7651916cd43dd8448eb211c80319c");
}

#[test]
fn an_aborted_transaction_leaves_no_span_and_the_one_that_commits_each_once() {
    let (stage, mut member, kept) = traced();
    stage.place("o-1", "");
    let fates = [CommitFate::Abort, CommitFate::UnknownAborted, CommitFate::Abort];
    member.faults.0.lock().unwrap().commits.extend(fates);
    for _ in fates {
        stage.turn(&mut member).unwrap();
        assert_eq!(kept.spans(), [], "nothing is committed");
    }
    stage.settle(&mut member);
    assert_eq!(kept.tree(), ["process OrderPlaced", "send Counted < process OrderPlaced"]);
}

#[test]
fn answers_and_deadlines_are_a_part_of_what_they_belong_to_even_after_a_restore() {
    let (stage, mut member, kept) = traced();
    stage.place("o-1", "ask who");
    stage.place("o-2", "sleep 9");
    stage.settle(&mut member);
    drop(member);
    let mut second = stage.member("0");
    let after = Kept::attached(&mut second);
    stage.settle(&mut second);
    let (partition, subject, cause, answer) = second.outside.asked[0].clone();
    second.outside.answers.push_back(choreography::Answered { partition, subject, cause, answer });
    stage.settle(&mut second);
    stage.pass(Duration::from_secs(10));
    stage.settle(&mut second);
    kept.0.lock().unwrap().append(&mut after.spans());
    let tree = kept.tree();
    for told in
        ["process Answer < send Asked", "process Deadline < send Slept", "send Ended < process Deadline"]
    {
        assert!(tree.iter().any(|span| span == told), "{told} is not in {tree:?}");
    }
    let roots = kept.spans().iter().filter(|span| span.parent.is_none()).count();
    assert_eq!(roots, 2, "one for each order: {tree:?}");
}

#[test]
fn what_an_operator_resumes_goes_on_with_its_own_trace_and_is_linked_to_the_request() {
    let (stage, mut member, kept) = traced();
    stage.set_broken("o-1", true);
    stage.settle(&mut member);
    stage.place("o-1", "");
    stage.settle(&mut member);
    assert_eq!(kept.tree(), ["park OrderPlaced", "send EventParked < park OrderPlaced"]);
    stage.set_broken("o-1", false);
    stage.operate("ParkedResumeRequested", "o-1", home("o-1"));
    stage.settle(&mut member);
    let expected = [
        "process ParkedResumeRequested",
        "process OrderPlaced",
        "send Counted < process OrderPlaced",
        "send EventResumed < process ParkedResumeRequested",
    ];
    assert_eq!(kept.tree()[2..], expected);
    let spans = kept.spans();
    let (parked, request, resumed) = (&spans[0], &spans[2], &spans[3]);
    assert_eq!(resumed.context.trace_id(), parked.context.trace_id());
    assert_ne!(resumed.context, parked.context);
    assert_eq!((resumed.link, request.link), (Some(request.context), None));
    assert_ne!(request.context.trace_id(), resumed.context.trace_id());
}

#[test]
fn what_cannot_be_read_is_parked_in_a_span_too() {
    let (stage, mut member, kept) = traced();
    stage.write(Topic::Checkout, home("o-1"), "o-1", r#"{"type":"OrderPlaced","data":{}}"#);
    stage.settle(&mut member);
    assert_eq!(kept.tree(), ["park OrderPlaced", "send EventParked < park OrderPlaced"]);
}

#[test]
fn what_is_not_sampled_leaves_no_span_and_keeps_the_trace_it_brought() {
    let stage = Stage::new();
    let mut member = stage.member("0");
    let kept = Kept(Arc::default(), true);
    member.worker.trace_to(Box::new(kept.clone()));
    let brought = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-00";
    let placed = stage.placement("").replacen("\"id\"", &format!("\"traceparent\":\"{brought}\",\"id\""), 1);
    stage.write(Topic::Checkout, home("o-1"), "o-1", &placed);
    stage.place("o-2", "");
    stage.settle(&mut member);
    assert_eq!(kept.spans(), []);
    let carried = |subject: &str| {
        let told = stage.records(Topic::Orders);
        let fact = told.iter().find(|fact| fact.key.as_deref() == Some(subject.as_bytes())).unwrap();
        open(fact).traceparent.map(|trace| trace.as_str().to_owned())
    };
    assert_eq!((carried("o-1"), carried("o-2")), (Some(brought.to_owned()), None));
}

#[test]
fn traced_or_not_the_same_is_said_but_for_the_trace() {
    let tell = |is_traced: bool| -> Vec<(Timestamp, Vec<u8>)> {
        let stage = Stage::new();
        let mut member = stage.member("0");
        is_traced.then(|| Kept::attached(&mut member));
        for note in ["", "ask who", "sleep 9", "size 100"] {
            stage.place("o-1", note);
            stage.settle(&mut member);
        }
        let told = stage.records(Topic::Orders);
        let with = told.iter().filter(|fact| open(fact).traceparent.is_some()).count();
        assert_eq!(with, if is_traced { told.len() } else { 0 });
        told.iter()
            .map(|fact| (fact.appended, untraced(fact.value.as_deref().unwrap()).into_owned()))
            .collect()
    };
    assert_eq!(tell(true), tell(false));
}
