//! The promises, judged from the topics.

use events_schema::{Source, Topic, payments::PaymentCaptured};
use serde_json::Value;

use crate::{
    facts::{Scribe, euros},
    stage::Stage,
};

fn line_of(out: &str, promise: &str) -> Value {
    let mut lines = out.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
    lines.find(|line| line["promise"] == promise).unwrap()
}

pub fn an_order_charged_twice_ends_the_audit_with_6_and_is_named(stage: &Stage) {
    let mut scribe = Scribe::new(stage);
    scribe.completes("o-1", None);
    let twice =
        PaymentCaptured { amount: euros(2400), provider_reference: "ch_2".to_owned(), returning: false };
    scribe.say(Source::Payment, "o-1", None, &twice);
    let run = stage.ctl(&["audit", "--output", "json"]).ends_with(6);
    let s4 = line_of(&run.out, "S4");
    assert_eq!((&s4["breaches"], &s4["worst"]["subject"]), (&1.into(), &"o-1".into()), "{s4}");
    assert_eq!(run.err, "a promise is broken, see above\n");
}

pub fn an_audit_of_nothing_holds(stage: &Stage) {
    let page = stage.ctl(&["audit"]).ends_with(0).out;
    assert!(page.contains("0 of 0 offsets (100 %), 0 events"), "{page}");
}

pub fn a_shop_that_has_not_settled_in_time_ends_with_5(stage: &Stage) {
    stage.write(Topic::Operations, 0, "o-1", b"{}", &[]);
    let run = stage.ctl(&["audit", "--settle-within", "200ms"]).ends_with(5);
    assert!(
        run.out.contains("order is behind in 1 partitions; in operations-0 it is nowhere yet"),
        "{run:?}"
    );
}
