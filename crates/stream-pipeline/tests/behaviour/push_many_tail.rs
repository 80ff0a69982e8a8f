//! A push of many that is refused on the way returns exactly its tail, in order.

use stream_pipeline::ErrorCode::{Aborted, MessageTooLarge, Overflow};
use stream_pipeline::OverflowPolicy::{Block, Error};
use stream_pipeline::{Batch, PipelineBuilder};

use crate::gate::gate;
use crate::numbers::{collect, number, numbers, values};
use crate::watchdog::{until, watched};

#[test]
fn a_partly_accepted_push_returns_the_tail_that_did_not_fit() {
    watched(|watch| {
        let (stage, keeper) = gate();
        let pipeline = PipelineBuilder::new().add_stage_object("gate", 10, Error, stage).build().unwrap();
        let (input, output) = (pipeline.input(), pipeline.output().unwrap());
        let running = watch.over(pipeline.start_ready().unwrap());
        input.push(number(0)).unwrap();
        keeper.wait_for_arrival();

        let refused = input.push_many(numbers(1..100)).unwrap_err();
        assert_eq!((refused.code(), refused.rejected), (Overflow, numbers(11..100)));
        let batch: Batch = numbers(11..14).iter().map(Vec::as_slice).collect();
        let refused = input.push_batch(batch).unwrap_err();
        assert_eq!((refused.code(), refused.rejected.collect::<Vec<_>>()), (Overflow, numbers(11..14)));

        keeper.open();
        input.close();
        assert_eq!(collect(output), values(0..=10));
        assert_eq!(running.wait().unwrap().ledger.accepted, 11);
    });
}

#[test]
fn a_message_that_is_too_long_ends_a_push_of_many_at_its_place() {
    watched(|watch| {
        let (stage, keeper) = gate();
        let pipeline = PipelineBuilder::new()
            .add_stage_object("gate", 10, Block, stage)
            .with_max_message_bytes(8)
            .build()
            .unwrap();
        let input = pipeline.input();
        let running = watch.over(pipeline.start_ready().unwrap());
        keeper.open();
        let messages = [number(0), number(1), vec![0; 9], number(3)];
        let refused = input.push_many(messages.clone()).unwrap_err();
        assert_eq!((refused.code(), &refused.rejected[..]), (MessageTooLarge, &messages[2..]));
        assert_eq!(running.wait().unwrap().ledger.accepted, 2);
    });
}

#[test]
fn an_abort_in_the_middle_of_a_push_of_many_returns_what_was_not_accepted() {
    watched(|watch| {
        let (stage, keeper) = gate();
        let pipeline = PipelineBuilder::new().add_stage_object("gate", 10, Block, stage).build().unwrap();
        let input = pipeline.input();
        let running = watch.over(pipeline.start_ready().unwrap());
        let pusher = std::thread::spawn(move || input.push_many(numbers(0..1000)).unwrap_err());
        until(|| running.metrics().edges[0].pressured);
        running.abort();
        let refused = pusher.join().unwrap();
        keeper.open();
        assert_eq!(running.completed().unwrap_err().code(), Aborted);

        let ledger = running.metrics().ledger;
        assert_eq!((refused.code(), refused.rejected), (Aborted, numbers(ledger.accepted..1000)));
        assert_eq!((ledger.accepted, ledger.balance()), (ledger.aborted, 0));
    });
}
