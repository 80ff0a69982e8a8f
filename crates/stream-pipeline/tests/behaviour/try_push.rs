//! `try_push` never waits, and only a ring at its capacity refuses it.

use stream_pipeline::ErrorCode::{Full, Timeout};
use stream_pipeline::OverflowPolicy::Block;
use stream_pipeline::PipelineBuilder;

use std::time::{Duration, Instant};

use crate::gate::gate;
use crate::numbers::{collect, number, values};
use crate::watchdog::watched;

#[test]
fn try_push_passes_the_marks_and_is_refused_only_at_capacity() {
    watched(|watch| {
        let (stage, keeper) = gate();
        let pipeline = PipelineBuilder::new().add_stage_object("gate", 10, Block, stage).build().unwrap();
        let (input, output) = (pipeline.input(), pipeline.output().unwrap());
        let running = watch.over(pipeline.start_ready().unwrap());
        input.push(number(0)).unwrap();
        keeper.wait_for_arrival();

        // high = 8: there the edge is pressured, and a push that waits is held up.
        (1..=8).for_each(|value| input.push(number(value)).unwrap());
        assert!(input.is_pressured());
        let refused = input.push_timeout(number(9), Duration::ZERO).unwrap_err();
        assert_eq!((refused.code(), refused.rejected), (Timeout, number(9)));

        (9..=10).for_each(|value| input.try_push(number(value)).unwrap());
        let refused = input.try_push(number(11)).unwrap_err();
        assert_eq!((refused.code(), refused.rejected), (Full, number(11)));
        assert_eq!(running.metrics().edges[0].fill, 10);

        keeper.open();
        input.close();
        assert_eq!(collect(output), values(0..=10));
    });
}

#[test]
fn a_push_with_a_timeout_waits_for_that_long_and_hands_its_message_back() {
    watched(|watch| {
        let (stage, keeper) = gate();
        let pipeline = PipelineBuilder::new().add_stage_object("gate", 1, Block, stage).build().unwrap();
        let input = pipeline.input();
        let running = watch.over(pipeline.start_ready().unwrap());
        input.push(number(0)).unwrap();
        keeper.wait_for_arrival();
        input.push_timeout(number(1), Duration::MAX).unwrap();

        let began = Instant::now();
        let timeout = Duration::from_millis(30);
        let refused = input.push_timeout(number(2), timeout).unwrap_err();
        assert_eq!((refused.code(), refused.rejected), (Timeout, number(2)));
        assert!(began.elapsed() >= timeout);
        keeper.open();
        assert_eq!(running.wait().unwrap().ledger.delivered, 2);
    });
}
