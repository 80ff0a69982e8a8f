//! Latency is measured where it arises: in the ring, in the stage, and from end to end.

use std::time::{Duration, Instant};

use stream_pipeline::OverflowPolicy::Block;
use stream_pipeline::PipelineBuilder;

use crate::gate::gate;
use crate::numbers::number;
use crate::watchdog::{until, watched};

const SPELL: Duration = Duration::from_millis(30);

#[test]
fn the_time_in_the_ring_and_the_time_in_the_stage_are_told_apart() {
    watched(|watch| {
        let (stage, keeper) = gate();
        // A capacity of 4 lets the stage take one message in hand at a time.
        let pipeline = PipelineBuilder::new().add_stage_object("gate", 4, Block, stage).build().unwrap();
        let input = pipeline.input();
        let running = watch.over(pipeline.start_ready().unwrap());
        input.push(number(0)).unwrap();
        keeper.wait_for_arrival();
        input.push(number(1)).unwrap();
        // The first stands in the stage meanwhile, the second in the ring.
        let began = Instant::now();
        until(|| began.elapsed() >= SPELL);
        keeper.open();

        let report = running.wait().unwrap();
        let gate = &report.stages[0];
        assert_eq!((gate.wait.count, gate.service.count, gate.latency.count), (2, 2, 2));
        assert!(gate.wait.max >= SPELL && gate.service.max >= SPELL, "{gate:?}");
        // Each message waited or was worked on for long, neither both: half of each figure is small.
        assert!(gate.wait.p50 < SPELL && gate.service.p50 < SPELL && gate.latency.p50 >= SPELL, "{gate:?}");
        assert!(report.end_to_end.count == 2 && report.end_to_end.p50 >= SPELL, "{:?}", report.end_to_end);
    });
}
