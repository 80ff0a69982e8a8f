//! Before the start a pipeline takes messages until its first ring is full.

use std::time::Duration;

use stream_pipeline::ErrorCode::NotStarted;
use stream_pipeline::OverflowPolicy::Block;
use stream_pipeline::{PassthroughStage, PipelineBuilder};

use crate::numbers::{collect, number, numbers, values};
use crate::watchdog::watched;

#[test]
fn pushes_before_the_start_are_kept_until_the_ring_is_full_then_refused() {
    watched(|watch| {
        let pipeline = PipelineBuilder::new().add_stage("first", 5, Block).build().unwrap();
        let (input, output) = (pipeline.input(), pipeline.output().unwrap());

        input.push(number(0)).unwrap();
        let refused = input.push_many(numbers(1..8)).unwrap_err();
        assert_eq!((refused.code(), refused.rejected), (NotStarted, numbers(5..8)));
        for refused in [input.push(number(9)), input.try_push(number(9)), input.push_timeout(number(9), Duration::MAX)]
        {
            let refused = refused.unwrap_err();
            assert_eq!((refused.code(), refused.error.stage()), (NotStarted, Some("first")));
            assert_eq!(refused.rejected, number(9));
        }

        let running = watch.over(pipeline.start(|_| Box::new(PassthroughStage)).unwrap());
        input.push_many(numbers(5..8)).unwrap();
        input.close();
        assert_eq!(collect(output), values(0..8));
        assert_eq!(running.wait().unwrap().ledger.accepted, 8);
    });
}
