//! Waits into which a jump of the clock falls.

use std::sync::{Arc, Barrier};
use std::thread;
use std::time::{Duration, Instant};

use stream_pipeline::ErrorCode::{DrainTimeout, Timeout};
use stream_pipeline::OverflowPolicy::Block;
use stream_pipeline::{PassthroughStage, PipelineBuilder};

use crate::MOMENT;
use crate::gate::gate;
use crate::trial::assert_no_longer_than;
use crate::watchdog::{Watch, until};

/// Long enough for a jump to fall into it.
pub(crate) const DEADLINE: Duration = Duration::from_millis(50);

/// A push that waits for room, and a drain, end at their deadlines though the clock jumps meanwhile; not before `least`.
pub(crate) fn assert_deadlines_are_kept(watch: &Watch, least: Duration, jump: impl Fn()) {
    let (stage, keeper) = gate();
    let pipeline = PipelineBuilder::new().add_stage_object("gate", 1, Block, stage).build().unwrap();
    let input = pipeline.input();
    let running = watch.over(pipeline.start_ready().unwrap());
    input.push(vec![0]).unwrap();
    keeper.wait_for_arrival();
    input.push(vec![1]).unwrap();

    let met = Arc::new(Barrier::new(2));
    let (began, start) = (Instant::now(), Arc::clone(&met));
    let pusher = thread::spawn(move || {
        start.wait();
        input.push_timeout(vec![2], DEADLINE).unwrap_err()
    });
    met.wait();
    jump();
    let refused = pusher.join().unwrap();
    assert_eq!((refused.code(), refused.rejected), (Timeout, vec![2]));
    assert!(began.elapsed() >= least, "{:?}", began.elapsed());

    let (began, start, draining) = (Instant::now(), Arc::clone(&met), Arc::clone(&running));
    let drainer = thread::spawn(move || {
        start.wait();
        draining.drain(DEADLINE).unwrap_err()
    });
    met.wait();
    jump();
    until(|| running.metrics().ledger.aborted > 0);
    assert!(began.elapsed() >= least, "{:?}", began.elapsed());
    keeper.open();
    assert_eq!(drainer.join().unwrap().code(), DrainTimeout);
    assert_eq!(running.metrics().ledger.balance(), 0);
}

/// Whoever waits for room goes on when there is some, though the clock jumps meanwhile.
pub(crate) fn assert_waits_for_room_go_on(watch: &Watch, jump: impl Fn()) {
    let (stage, keeper) = gate();
    let pipeline = PipelineBuilder::new()
        .add_stage_object("first", 1, Block, PassthroughStage)
        .add_stage_object("gate", 1, Block, stage)
        .build()
        .unwrap();
    let (input, output) = (pipeline.input(), pipeline.output().unwrap());
    let running = watch.over(pipeline.start_ready().unwrap());
    let pusher = thread::spawn(move || input.push_many((0..20).map(|value| vec![value])));
    until(|| running.metrics().edges[..2].iter().all(|edge| edge.pressured));
    jump();
    keeper.open();
    assert!(output.flatten().eq(0..20));
    pusher.join().unwrap().unwrap();
    assert_no_longer_than(MOMENT, &running.wait().unwrap());
}
