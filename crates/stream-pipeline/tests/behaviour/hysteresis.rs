//! Pressure begins at the high mark, ends at the low one, and does not flutter in between.

use std::time::{Duration, Instant};

use stream_pipeline::OverflowPolicy::Block;
use stream_pipeline::{PassthroughStage, PipelineBuilder};

use crate::gate::gate;
use crate::numbers::number;
use crate::watchdog::watched;

#[test]
fn pressure_begins_at_the_high_mark_and_ends_at_the_low_one() {
    watched(|watch| {
        let (stage, keeper) = gate();
        // A capacity of 4 lets the stage take one message in hand at a time.
        let pipeline =
            PipelineBuilder::new().add_stage_object("gate", 4, Block, stage).with_marks(1.0, 0.25).build().unwrap();
        let input = pipeline.input();
        let running = watch.over(pipeline.start_ready().unwrap());
        let edge = || running.metrics().edges[0].clone();
        input.push(number(0)).unwrap();
        keeper.wait_for_arrival();
        for round in 1..=3 {
            for fill in edge().fill + 1..=4 {
                input.push(number(fill)).unwrap();
                assert_eq!((edge().fill, edge().pressured), (fill, fill == 4));
            }
            assert!(input.push_timeout(number(9), Duration::ZERO).is_err());
            for fill in [3, 2, 1] {
                keeper.let_pass(1);
                keeper.wait_for_arrival();
                assert_eq!((edge().fill, edge().pressured), (fill, fill > 1));
            }
            assert_eq!(edge().pressured_count, round);
        }
        assert!(edge().pressured_time > Duration::ZERO);
        keeper.open();
        running.wait().unwrap();
    });
}

#[test]
fn there_is_at_most_one_pair_of_transitions_per_high_minus_low_messages() {
    const MESSAGES: u64 = 200_000;
    watched(|watch| {
        let pipeline = PipelineBuilder::new()
            .add_stage("one", 50, Block)
            .add_stage("two", 50, Block)
            .add_stage("three", 50, Block)
            .build()
            .unwrap();
        let input = pipeline.input();
        let running = watch.over(pipeline.start(|_| Box::new(PassthroughStage)).unwrap());
        (0..MESSAGES).for_each(|value| input.push(number(value)).unwrap());
        let report = running.wait().unwrap();
        for edge in &report.edges {
            let span = edge.high.unwrap() - edge.low.unwrap();
            assert!(edge.pressured_count <= edge.entered / span + 1, "{edge:?}");
        }
        assert!(report.edges[0].pressured_count > 0, "the test never reached a mark");
    });
}

#[test]
fn whoever_watches_pressure_hears_of_its_beginning_and_end() {
    watched(|watch| {
        let (stage, keeper) = gate();
        let pipeline = PipelineBuilder::new().add_stage_object("gate", 4, Block, stage).build().unwrap();
        let input = pipeline.input();
        let running = watch.over(pipeline.start_ready().unwrap());
        let mut changes = running.watch_pressure();
        assert_eq!(changes.next_until(Some(Instant::now())), None);
        input.push(number(0)).unwrap();
        keeper.wait_for_arrival();
        (1..=4).for_each(|value| input.push(number(value)).unwrap());

        let risen = changes.next().unwrap();
        assert_eq!((&*risen.edge, risen.pressured, risen.changes), ("gate", true, 1));
        assert_eq!(changes.next_until(Some(Instant::now())), None);

        keeper.open();
        running.wait().unwrap();
        let fallen = changes.next().unwrap();
        assert_eq!((&*fallen.edge, fallen.pressured, fallen.changes), ("gate", false, 1));
        assert_eq!(changes.next(), None, "the end of the pipeline ends the subscription");
    });
}
