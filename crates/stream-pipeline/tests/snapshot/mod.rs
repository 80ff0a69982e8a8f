//! What a reading of a pipeline's metrics shows, at whatever moment it is taken.

use stream_pipeline::Metrics;

/// The ledger, and each stage and edge by itself.
pub(crate) fn assert_nothing_leaves_that_did_not_enter(now: &Metrics) {
    assert!(now.ledger.left() <= now.ledger.entered(), "{:?}", now.ledger);
    for stage in &now.stages {
        let left = stage.emitted + stage.absorbed + stage.failed + stage.aborted;
        assert!(left <= stage.received + stage.created, "{stage:?}");
    }
    for edge in &now.edges {
        let left = edge.taken + edge.dropped() + edge.discarded + edge.aborted;
        assert!(left <= edge.entered, "{edge:?}");
        assert!(edge.fill <= edge.capacity && edge.highest_fill <= edge.capacity, "{edge:?}");
    }
}
