//! An abort takes as long as the message a stage is working on, not as long as its batch.

use stream_pipeline::ErrorCode::Aborted;
use stream_pipeline::OverflowPolicy::Block;
use stream_pipeline::PipelineBuilder;

use crate::gate::gate;
use crate::numbers::numbers;
use crate::watchdog::watched;

#[test]
fn a_stage_with_many_messages_in_hand_stops_after_the_one_it_works_on() {
    watched(|watch| {
        let (stage, keeper) = gate();
        let pipeline = PipelineBuilder::new().add_stage_object("gate", 1000, Block, stage).build().unwrap();
        pipeline.input().push_many(numbers(0..1000)).unwrap();
        let running = watch.over(pipeline.start_ready().unwrap());
        keeper.wait_for_arrival();
        assert!(running.metrics().stages[0].in_hand() > 1, "the test needs a batch in hand");
        running.abort();
        keeper.let_pass(1);
        assert_eq!(running.completed().unwrap_err().code(), Aborted);
        let ledger = running.metrics().ledger;
        assert_eq!((ledger.accepted, ledger.aborted, ledger.balance()), (1000, 1000, 0));
    });
}
