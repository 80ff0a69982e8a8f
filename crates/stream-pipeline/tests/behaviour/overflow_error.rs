//! The policy `error`: a full ring refuses a push, and fails the pipeline when it lies between two stages.

use std::sync::{Arc, Mutex};

use stream_pipeline::ErrorCode::Overflow;
use stream_pipeline::OverflowPolicy::{Block, Error};
use stream_pipeline::{Batch, EdgeOptions, Emitter, Output, PassthroughStage, PipelineBuilder, batch_fn};

use crate::gate::gate;
use crate::numbers::{collect, number, numbers, values};
use crate::watchdog::watched;

#[test]
fn an_overflow_at_the_input_hands_the_message_back_and_the_pipeline_goes_on() {
    watched(|watch| {
        let (stage, keeper) = gate();
        let pipeline = PipelineBuilder::new().add_stage_object("gate", 4, Error, stage).build().unwrap();
        let (input, output) = (pipeline.input(), pipeline.output().unwrap());
        let running = watch.over(pipeline.start_ready().unwrap());
        input.push(number(0)).unwrap();
        keeper.wait_for_arrival();
        // The marks only report: all four places can be had.
        (1..=4).for_each(|value| input.push(number(value)).unwrap());
        for refused in [input.push(number(5)), input.try_push(number(5))] {
            let refused = refused.unwrap_err();
            assert_eq!((refused.code(), refused.rejected), (Overflow, number(5)));
            assert_eq!(refused.error.stage(), Some("gate"));
        }
        keeper.let_pass(1);
        keeper.wait_for_arrival();
        input.push(number(5)).unwrap();
        keeper.open();
        input.close();
        assert_eq!(collect(output), values(0..=5));
        let ledger = running.wait().unwrap().ledger;
        assert_eq!((ledger.accepted, ledger.delivered, ledger.balance()), (6, 6, 0));
    });
}

#[test]
fn an_overflow_between_two_stages_fails_the_pipeline_and_names_the_edge() {
    watched(|watch| {
        let (stage, keeper) = gate();
        let pipeline = PipelineBuilder::new()
            .add_stage_object("feeder", 1000, Block, PassthroughStage)
            .add_stage_object("gate", 4, Error, stage)
            .build()
            .unwrap();
        let (input, output) = (pipeline.input(), pipeline.output().unwrap());
        let running = watch.over(pipeline.start_ready().unwrap());
        input.push(number(0)).unwrap();
        keeper.wait_for_arrival();
        input.push_many(numbers(1..=20)).unwrap();
        while input.push(number(21)).is_ok() {}
        keeper.open();

        // What the edge held is still worked on.
        assert_eq!(collect(output), [0, 1, 2, 3, 4]);
        let error = running.wait().unwrap_err();
        assert_eq!((error.code(), error.stage()), (Overflow, Some("gate")));
        let text = error.to_string();
        assert!(text.contains("`gate`") && text.contains("larger capacity"), "{text}");
        let ledger = running.metrics().ledger;
        assert_eq!((ledger.delivered, ledger.balance(), ledger.in_flight), (5, 0, 0));
        assert_eq!(ledger.accepted, ledger.delivered + ledger.failed + ledger.aborted);
    });
}

#[test]
fn nothing_behind_an_output_that_was_refused_comes_out() {
    watched(|watch| {
        let taken = Arc::new(Mutex::new((None, vec![])));
        let shared = Arc::clone(&taken);
        let stage = batch_fn(move |batch: Batch, out: &mut Emitter| {
            // The first finds room, the second does not, and before the third leaves there is room again.
            (0..3).for_each(|value| out.push(&number(value)));
            let (output, taken): &mut (Option<Output>, Vec<_>) = &mut shared.lock().unwrap();
            taken.extend(output.as_mut().unwrap().pop());
            out.recycle(batch);
            Ok(())
        });
        let pipeline = PipelineBuilder::new()
            .add_stage_object("only", 4, Block, stage)
            .with_output_edge(EdgeOptions::new().capacity(1).policy(Error))
            .build()
            .unwrap();
        taken.lock().unwrap().0 = Some(pipeline.output().unwrap());
        pipeline.input().push(number(0)).unwrap();
        let running = watch.over(pipeline.start_ready().unwrap());
        assert_eq!(running.wait().unwrap_err().code(), Overflow);
        let (output, mut taken) = std::mem::take(&mut *taken.lock().unwrap());
        taken.extend(output.unwrap());
        assert_eq!(taken, numbers([0]));
        assert_eq!(running.metrics().ledger.balance(), 0);
    });
}

#[test]
fn an_overflow_of_the_output_edge_fails_the_pipeline() {
    watched(|watch| {
        let pipeline = PipelineBuilder::new()
            .add_stage("only", 100, Block)
            .with_output_edge(EdgeOptions::new().capacity(4).policy(Error))
            .build()
            .unwrap();
        let (input, output) = (pipeline.input(), pipeline.output().unwrap());
        input.push_many(numbers(0..10)).unwrap();
        let running = watch.over(pipeline.start(|_| Box::new(PassthroughStage)).unwrap());
        let error = running.completed().unwrap_err();
        assert_eq!((error.code(), error.stage()), (Overflow, Some("output")));
        assert_eq!(collect(output), [0, 1, 2, 3]);
        assert_eq!(running.metrics().ledger.balance(), 0);
    });
}
