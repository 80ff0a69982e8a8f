//! What was asked for is what the edges have: the narrower setting wins.

use stream_pipeline::OverflowPolicy::{Block, DropOldest};
use stream_pipeline::{DEFAULT_CAPACITY, EdgeOptions, PassthroughStage, Pipeline, PipelineBuilder};

use crate::watchdog::watched;

/// Capacity, high and low mark of each edge.
fn edges_of(pipeline: Pipeline) -> Vec<(u64, Option<u64>, Option<u64>)> {
    let metrics = watched(|watch| watch.over(pipeline.start(|_| Box::new(PassthroughStage)).unwrap()).wait().unwrap());
    metrics.edges.iter().map(|edge| (edge.capacity, edge.high, edge.low)).collect()
}

#[test]
fn an_edges_own_settings_win_over_those_of_the_pipeline() {
    let pipeline = PipelineBuilder::new()
        .add_stage("plain", 10, Block)
        .add_stage("special", 10, DropOldest)
        .with_marks(0.6, 0.2)
        .with_edge("special", EdgeOptions::new().capacity(100).marks(0.5, 0.1))
        .with_edge("special", EdgeOptions::new().capacity(200).marks(0.5, 0.25))
        .with_output_edge(EdgeOptions::new().capacity(20))
        .build();
    let expected = [(10, Some(6), Some(2)), (200, Some(100), Some(50)), (20, Some(12), Some(4))];
    assert_eq!(edges_of(pipeline.unwrap()), expected);
}

#[test]
fn the_defaults_are_8192_messages_and_the_marks_80_and_40_percent() {
    let pipeline = PipelineBuilder::new().add_stage("plain", 7, Block).build().unwrap();
    let output = DEFAULT_CAPACITY as u64;
    assert_eq!(output, 8192);
    // ceil(0.8 * 7), floor(0.4 * 7)
    assert_eq!(edges_of(pipeline), [(7, Some(6), Some(2)), (output, Some(6554), Some(3276))]);
}

#[test]
fn with_backpressure_off_no_edge_has_marks() {
    let pipeline = PipelineBuilder::new().add_stage("plain", 7, Block).with_backpressure(false).build().unwrap();
    assert!(edges_of(pipeline).iter().all(|&(_, high, low)| (high, low) == (None, None)));
}
