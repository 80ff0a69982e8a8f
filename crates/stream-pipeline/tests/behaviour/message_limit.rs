//! No message beyond the limit enters a pipeline, from outside or from a stage.

use stream_pipeline::ErrorCode::MessageTooLarge;
use stream_pipeline::OverflowPolicy::Block;
use stream_pipeline::{Batch, Emitter, PassthroughStage, PipelineBuilder, Stage, batch_fn, stage_fn};

use crate::watchdog::watched;

const LIMIT: usize = 10_000;

#[test]
fn a_message_above_the_limit_is_refused_at_the_input_and_handed_back() {
    watched(|watch| {
        let pipeline =
            PipelineBuilder::new().add_stage("only", 8, Block).with_max_message_bytes(LIMIT).build().unwrap();
        let (input, output) = (pipeline.input(), pipeline.output().unwrap());
        let running = watch.over(pipeline.start(|_| Box::new(PassthroughStage)).unwrap());
        input.push(vec![1; LIMIT]).unwrap();
        for refused in [input.push(vec![2; LIMIT + 1]), input.try_push(vec![2; LIMIT + 1])] {
            let refused = refused.unwrap_err();
            assert_eq!((refused.code(), refused.rejected), (MessageTooLarge, vec![2; LIMIT + 1]));
            let text = refused.error.to_string();
            assert!(text.contains("10001 bytes") && text.contains("limit of 10000"), "{text}");
        }
        // As a whole: what fits in such a batch is not let in either.
        let batch: Batch = [&b"fits"[..], &[3; LIMIT + 1]].into_iter().collect();
        let refused = input.push_batch(batch).unwrap_err();
        assert_eq!((refused.code(), refused.rejected.len()), (MessageTooLarge, 2));
        // Many that are long only together are none that is too long.
        input.push_batch((0..100).map(|_| &[4; 1000][..]).take(8).collect()).unwrap();
        input.close();
        assert_eq!(output.map(|message| message.len()).collect::<Vec<_>>(), [&[LIMIT][..], &[1000; 8]].concat());
        assert_eq!(running.wait().unwrap().ledger.accepted, 9);
    });
}

/// Emits each message as it is, but the one numbered 5 beyond the limit.
fn too_long_at_five() -> Box<dyn Stage> {
    Box::new(stage_fn(|message: Vec<u8>| Ok(vec![if message == [5] { vec![0; LIMIT + 1] } else { message }])))
}

fn too_long_at_five_in_batches() -> Box<dyn Stage> {
    Box::new(batch_fn(|batch: Batch, out: &mut Emitter| {
        for message in batch.iter() {
            out.push(if message == [5] { &[0; LIMIT + 1] } else { message });
            out.next_input();
        }
        out.recycle(batch);
        Ok(())
    }))
}

#[test]
fn a_stage_that_emits_a_message_above_the_limit_fails_at_that_message() {
    for make in [too_long_at_five, too_long_at_five_in_batches] {
        watched(move |watch| {
            let pipeline =
                PipelineBuilder::new().add_stage("grow", 100, Block).with_max_message_bytes(LIMIT).build().unwrap();
            let (input, output) = (pipeline.input(), pipeline.output().unwrap());
            input.push_many((0..20).map(|value| vec![value])).unwrap();
            let running = watch.over(pipeline.start(|_| make()).unwrap());

            assert_eq!(output.flatten().collect::<Vec<_>>(), [0, 1, 2, 3, 4]);
            let error = running.wait().unwrap_err();
            assert_eq!((error.code(), error.stage(), error.sequence()), (MessageTooLarge, Some("grow"), Some(5)));
            let ledger = running.metrics().ledger;
            assert_eq!((ledger.delivered, ledger.failed, ledger.aborted, ledger.balance()), (5, 1, 14, 0));
        });
    }
}
