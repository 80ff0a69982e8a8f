//! Whoever watches the edges is woken for pressure and drops, once for each time it asked to be, and asks for the rest.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use stream_pipeline::OverflowPolicy::{Block, DropNewest, DropOldest};
use stream_pipeline::{EdgeChange, OverflowPolicy, PipelineBuilder, Waker};

use crate::gate::gate;
use crate::numbers::number;
use crate::watchdog::watched;

/// A waker, and how often it was called.
fn counting() -> (Waker, Arc<AtomicUsize>) {
    let calls = Arc::new(AtomicUsize::new(0));
    let counter = Arc::clone(&calls);
    (Arc::new(move || _ = counter.fetch_add(1, Ordering::SeqCst)), calls)
}

/// Edge, changes of pressure, drops: oldest, newest, closed.
fn short(change: &EdgeChange) -> (&str, u64, [u64; 3]) {
    (&change.edge, change.changes, [change.dropped_oldest, change.dropped_newest, change.dropped_closed])
}

fn drops_of(policy: OverflowPolicy) -> [u64; 3] {
    watched(|watch| {
        let (stage, keeper) = gate();
        let pipeline =
            PipelineBuilder::new().add_stage_object("gate", 4, policy, stage).with_backpressure(false).build().unwrap();
        let input = pipeline.input();
        let running = watch.over(pipeline.start_ready().unwrap());
        input.push(number(0)).unwrap();
        keeper.wait_for_arrival();
        (1..=5).for_each(|value| input.push(number(value)).unwrap());
        // What was dropped before is no news.
        let mut edges = running.watch_edges();
        let (waker, calls) = counting();
        assert!(edges.call_when_changed(&waker) && edges.call_when_changed(&waker));
        (6..=8).for_each(|value| input.push(number(value)).unwrap());
        assert_eq!(calls.load(Ordering::SeqCst), 1, "armed for one wake");
        assert!(!edges.call_when_changed(&waker), "there is something to take");
        let changes = edges.take_changes();
        assert_eq!(edges.take_changes(), []);
        assert!(edges.call_when_changed(&waker));
        keeper.open();
        running.wait().unwrap();
        assert_eq!(calls.load(Ordering::SeqCst), 2, "the end wakes too");
        let [(edge, 0, dropped)] = changes.iter().map(short).collect::<Vec<_>>()[..] else { panic!("{changes:?}") };
        assert_eq!(edge, "gate");
        dropped
    })
}

#[test]
fn whoever_watches_the_edges_hears_of_drops() {
    assert_eq!(drops_of(DropOldest), [3, 0, 0]);
    assert_eq!(drops_of(DropNewest), [0, 3, 0]);
}

#[test]
fn whoever_watches_the_edges_hears_of_pressure() {
    watched(|watch| {
        let (stage, keeper) = gate();
        let pipeline = PipelineBuilder::new().add_stage_object("gate", 4, Block, stage).build().unwrap();
        let input = pipeline.input();
        let running = watch.over(pipeline.start_ready().unwrap());
        let mut edges = running.watch_edges();
        let (waker, calls) = counting();
        assert!(edges.call_when_changed(&waker));
        input.push(number(0)).unwrap();
        keeper.wait_for_arrival();
        (1..=4).for_each(|value| input.push(number(value)).unwrap());
        assert_eq!(calls.load(Ordering::SeqCst), 1);
        let risen = edges.take_changes();
        assert_eq!(risen.iter().map(short).collect::<Vec<_>>(), [("gate", 1, [0; 3])]);
        assert!(risen[0].pressured);
        keeper.open();
        running.wait().unwrap();
        let fallen = edges.take_changes();
        assert_eq!(
            fallen.iter().map(|change| (&*change.edge, change.pressured)).collect::<Vec<_>>(),
            [("gate", false)]
        );
    });
}
