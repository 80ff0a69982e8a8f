//! The ledger: where every message went, exactly at the end.

use stream_pipeline::OverflowPolicy::Block;
use stream_pipeline::{Batch, Emitter, PassthroughStage, PipelineBuilder, batch_fn, stage_fn};

use crate::numbers::{collect, number, numbers, value_of};
use crate::watchdog::watched;

#[test]
fn an_empty_pipeline_has_counted_nothing() {
    watched(|watch| {
        let pipeline = PipelineBuilder::new().add_stage("one", 8, Block).add_stage("two", 8, Block).build().unwrap();
        let running = watch.over(pipeline.start(|_| Box::new(PassthroughStage)).unwrap());
        let report = running.wait().unwrap();
        assert_eq!(report.ledger, stream_pipeline::Ledger::default());
        assert_eq!((report.stages.len(), report.edges.len(), report.end_to_end.count), (2, 3, 0));
        assert!(report.stages.iter().all(|stage| stage.received == 0 && stage.latency.count == 0));
    });
}

#[test]
fn outputs_beyond_the_first_are_created_and_inputs_without_output_absorbed() {
    const MESSAGES: u64 = 10_000;
    watched(|watch| {
        // As many outputs as the number says, modulo four: 0, 1, 2, 3, 0, 1, ...
        let fan_out = stage_fn(|message: Vec<u8>| {
            let outputs = value_of(&message) % 4;
            Ok(vec![message; outputs as usize])
        });
        let keep_odd = batch_fn(|mut batch: Batch, out: &mut Emitter| {
            batch.retain(|message| value_of(message) % 2 == 1);
            out.forward(batch);
            Ok(())
        });
        let pipeline = PipelineBuilder::new()
            .add_stage_object("fan out", 256, Block, fan_out)
            .add_stage_object("keep odd", 256, Block, keep_odd)
            .build()
            .unwrap();
        let (input, output) = (pipeline.input(), pipeline.output().unwrap());
        let running = watch.over(pipeline.start_ready().unwrap());
        std::thread::spawn(move || input.push_many(numbers(0..MESSAGES)));
        let expected = (0..MESSAGES).filter(|value| value % 2 == 1).flat_map(|value| vec![value; value as usize % 4]);
        assert!(collect(output).into_iter().eq(expected));

        let report = running.wait().unwrap();
        let quarter = MESSAGES / 4;
        let (ledger, fan_out, keep_odd) = (report.ledger, &report.stages[0], &report.stages[1]);
        assert_eq!((fan_out.received, fan_out.created, fan_out.absorbed), (MESSAGES, quarter + 2 * quarter, quarter));
        assert_eq!((fan_out.emitted, keep_odd.received), (6 * quarter, 6 * quarter));
        assert_eq!((keep_odd.created, keep_odd.absorbed, keep_odd.emitted), (0, 2 * quarter, 4 * quarter));
        assert_eq!((ledger.accepted, ledger.created, ledger.absorbed), (MESSAGES, 3 * quarter, 3 * quarter));
        assert_eq!((ledger.delivered, ledger.balance()), (4 * quarter, 0));
        assert_eq!(report.end_to_end.count, ledger.delivered);
    });
}

#[test]
fn what_nobody_took_from_the_output_is_in_flight_until_it_is_taken_or_given_up() {
    watched(|watch| {
        let pipeline = PipelineBuilder::new().add_stage("only", 64, Block).build().unwrap();
        let (input, mut output) = (pipeline.input(), pipeline.output().unwrap());
        let running = watch.over(pipeline.start(|_| Box::new(PassthroughStage)).unwrap());
        input.push_many(numbers(0..10)).unwrap();
        let ledger = running.wait().unwrap().ledger;
        assert_eq!((ledger.accepted, ledger.delivered, ledger.in_flight, ledger.balance()), (10, 0, 10, 0));
        assert_eq!(output.pop(), Some(number(0)));
        let ledger = running.metrics().ledger;
        assert_eq!((ledger.delivered, ledger.in_flight, ledger.balance()), (1, 9, 0));
        drop(output);
        let ledger = running.metrics().ledger;
        assert_eq!((ledger.dropped_closed, ledger.in_flight, ledger.balance()), (9, 0, 0));
    });
}
