//! A plan that cannot work is refused by `build()`, before a thread exists.

use stream_pipeline::ErrorCode::{self, *};
use stream_pipeline::OverflowPolicy::Block;
use stream_pipeline::{EdgeOptions, MAX_CAPACITY, MAX_MESSAGE_BYTES, PassthroughStage, PipelineBuilder};

fn plan() -> PipelineBuilder {
    PipelineBuilder::new().add_stage("parse", 8, Block)
}

fn edge() -> EdgeOptions {
    EdgeOptions::new()
}

/// The plan is refused with `code`; the text has each of `says`: the offending name or value, and the remedy.
fn assert_refused(plan: PipelineBuilder, code: ErrorCode, stage: Option<&str>, says: &[&str]) {
    let error = plan.build().expect_err(code.as_str());
    assert_eq!((error.code(), error.stage()), (code, stage), "{error}");
    for part in says {
        assert!(error.to_string().contains(part), "{code}: `{error}` does not say `{part}`");
    }
}

#[test]
fn a_pipeline_without_stages_is_refused() {
    assert_refused(PipelineBuilder::new(), NoStages, None, &["at least one stage", "call add_stage"]);
}

#[test]
fn names_that_are_empty_repeated_or_no_name_for_a_thread_are_refused() {
    assert_refused(plan().add_stage("", 8, Block), EmptyName, None, &["stage 2 of 2", "give it"]);
    let twice = plan().add_stage("sort", 8, Block).add_stage_object("parse", 8, Block, PassthroughStage);
    assert_refused(twice, DuplicateName, Some("parse"), &["`parse`", "a name of its own"]);
    assert_refused(plan().add_stage("a\0b", 8, Block), InvalidName, Some("a\0b"), &["`a\\0b`", "without NUL"]);
    let long = "x".repeat(129);
    assert_refused(plan().add_stage(&*long, 8, Block), InvalidName, Some(&long), &[&long, "at most 128 bytes"]);
    assert!(plan().add_stage("x".repeat(128), 8, Block).build().is_ok());
    assert_refused(plan().add_stage("output", 8, Block), InvalidName, Some("output"), &["`output`", "something else"]);
}

#[test]
fn settings_for_an_edge_that_no_stage_has_are_refused() {
    let stray = plan().with_edge("prase", edge().capacity(9));
    assert_refused(stray, UnknownEdge, Some("prase"), &["`prase`", "no stage has that name", "`parse`"]);
}

#[test]
fn a_capacity_of_nothing_or_beyond_the_maximum_is_refused() {
    let range = format!("1 to {MAX_CAPACITY}");
    for capacity in [0, MAX_CAPACITY + 1] {
        let says = [range.as_str(), &format!("not {capacity}")];
        let stage = PipelineBuilder::new().add_stage("parse", capacity, Block);
        assert_refused(stage, InvalidCapacity, Some("parse"), &["`parse`", says[0], says[1]]);
        let settings = plan().with_edge("parse", edge().capacity(capacity));
        assert_refused(settings, InvalidCapacity, Some("parse"), &["`parse`", says[0], says[1]]);
        let output = plan().with_output_edge(edge().capacity(capacity));
        assert_refused(output, InvalidCapacity, Some("output"), &["`output`", says[0], says[1]]);
    }
    assert!(PipelineBuilder::new().add_stage("parse", MAX_CAPACITY, Block).build().is_ok());
}

#[test]
fn marks_that_coincide_cross_or_leave_the_ring_are_refused() {
    for (high, low) in [(0.5, 0.5), (0.4, 0.8), (1.01, 0.4), (0.8, 0.0), (0.8, -0.4), (f64::NAN, 0.4), (0.8, f64::NAN)]
    {
        let values = format!("high mark {high} and low mark {low}");
        let says = ["`parse`", &values, "0 < low < high <= 1", "defaults are 0.8 and 0.4"];
        assert_refused(plan().with_marks(high, low), InvalidMarks, Some("parse"), &says);
        assert_refused(plan().with_edge("parse", edge().marks(high, low)), InvalidMarks, Some("parse"), &says);
        let output = plan().with_output_edge(edge().marks(high, low));
        assert_refused(output, InvalidMarks, Some("output"), &["`output`", &values]);
    }
    assert!(plan().with_marks(1.0, f64::MIN_POSITIVE).build().is_ok());
}

#[test]
fn a_byte_budget_below_the_longest_message_is_refused() {
    let says = ["`parse`", "99 bytes", "100 bytes", "raise the one or lower the other"];
    let small = plan().with_max_message_bytes(100);
    assert_refused(small.with_byte_budget(99), InvalidByteBudget, Some("parse"), &says);
    let small = plan().with_max_message_bytes(100);
    assert_refused(small.with_edge("parse", edge().byte_budget(99)), InvalidByteBudget, Some("parse"), &says);
    assert!(plan().with_max_message_bytes(100).with_byte_budget(100).build().is_ok());
}

#[test]
fn a_message_limit_of_nothing_or_beyond_the_maximum_is_refused() {
    for limit in [0, MAX_MESSAGE_BYTES + 1] {
        let says = [&format!("1 to {MAX_MESSAGE_BYTES} bytes"), &format!("not {limit}"), "with_max_message_bytes"];
        assert_refused(plan().with_max_message_bytes(limit), InvalidMessageLimit, None, &says);
    }
    assert!(plan().with_max_message_bytes(MAX_MESSAGE_BYTES).build().is_ok());
}
