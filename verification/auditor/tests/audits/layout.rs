//! What must be there before anything can be read.

use events_schema::Topic;

use crate::stage::{PARTITIONS, Stage};

#[test]
fn missing_topics_end_with_78_and_the_remedy() {
    let stage = Stage::mock_with(&[]);
    let run = stage.audit(&[]).ends_with(78);
    assert_eq!(run.err, "12 topics are missing, checkout for one; create all: orderctl init\n");
}

#[test]
fn a_setting_in_a_file_that_is_missing_ends_with_78_and_its_name() {
    let run = Stage::mock().audit(&["-X", "sasl.password=@/nowhere/password"]).ends_with(78);
    assert!(run.err.starts_with("-X sasl.password=@/nowhere/password: No such file"), "{run:?}");
}

#[test]
fn topics_of_unequal_width_end_with_78() {
    let width = |topic| if topic == Topic::Orders { 3 } else { PARTITIONS };
    let stage = Stage::mock_with(&Topic::ALL.map(|topic| (topic, width(topic))));
    let run = stage.audit(&[]).ends_with(78);
    assert!(run.err.starts_with("all topics need equally many partitions: "), "{run:?}");
}
