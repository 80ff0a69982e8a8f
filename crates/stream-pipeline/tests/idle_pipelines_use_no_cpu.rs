//! A pipeline that has nothing to do, or is held up, sleeps.

#[path = "gate/mod.rs"]
mod gate;
#[path = "procfs/mod.rs"]
mod procfs;
#[path = "watchdog/mod.rs"]
mod watchdog;

use std::thread;

use stream_pipeline::OverflowPolicy::Block;
use stream_pipeline::{PassthroughStage, PipelineBuilder};

#[test]
fn an_idle_or_blocked_pipeline_uses_no_cpu() {
    watchdog::watched(|watch| {
        let (stage, keeper) = gate::gate();
        let pipeline = PipelineBuilder::new()
            .add_stage_object("cpu-first", 64, Block, PassthroughStage)
            .add_stage_object("cpu-second", 64, Block, PassthroughStage)
            .add_stage_object("cpu-gate", 64, Block, stage)
            .build()
            .unwrap();
        let (input, mut output) = (pipeline.input(), pipeline.output().unwrap());
        let running = watch.over(pipeline.start_ready().unwrap());
        let taker = thread::Builder::new().name("cpu-taker".to_owned());
        let taker = taker.spawn(move || output.by_ref().count()).unwrap();
        watchdog::until(|| procfs::threads_called("cpu-").len() == 4);
        procfs::assert_no_cpu_is_used("cpu-", 4);

        let pusher = thread::Builder::new().name("cpu-pusher".to_owned());
        let pusher = pusher.spawn(move || input.push_many((0..1000).map(|_| vec![0]))).unwrap();
        keeper.wait_for_arrival();
        watchdog::until(|| running.metrics().edges[..3].iter().all(|edge| edge.pressured));
        procfs::assert_no_cpu_is_used("cpu-", 5);

        keeper.open();
        pusher.join().unwrap().unwrap();
        running.wait().unwrap();
        assert_eq!(taker.join().unwrap(), 1000);
    });
}
