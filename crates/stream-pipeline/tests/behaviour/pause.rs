//! A stage that pauses: what it emitted has left, its edge holds the feeder up, and an abort ends the pause.

use std::time::{Duration, Instant};

use stream_pipeline::{Batch, Emitter, ErrorCode, OverflowPolicy::Block, PipelineBuilder, batch_fn};

use crate::watchdog::watched;

#[test]
fn what_was_emitted_leaves_before_the_pause_and_an_abort_ends_it() {
    watched(|watch| {
        let stage = batch_fn(|batch: Batch, out: &mut Emitter| {
            out.push(batch.get(0).expect("a batch is never empty"));
            out.next_input();
            assert!(!out.pause_until(Instant::now() + Duration::from_secs(3600)), "only the abort ends it");
            Ok(())
        });
        let pipeline = PipelineBuilder::new().add_stage_object("pausing", 8, Block, stage).build().unwrap();
        let (input, mut output) = (pipeline.input(), pipeline.output().unwrap());
        let running = watch.over(pipeline.start_ready().unwrap());
        input.push_many([vec![0], vec![1], vec![2]]).unwrap();
        assert_eq!(output.pop().unwrap(), [0]);
        let began = Instant::now();
        running.abort();
        assert_eq!(running.completed().unwrap_err().code(), ErrorCode::Aborted);
        // Milliseconds, on a machine that is not busy.
        assert!(began.elapsed() < Duration::from_secs(5), "{:?}", began.elapsed());
        let ledger = running.metrics().ledger;
        assert_eq!((ledger.accepted, ledger.delivered, ledger.aborted, ledger.balance()), (3, 1, 2, 0));
    });
}

#[test]
fn a_pause_lasts_until_its_deadline_and_the_stage_goes_on() {
    watched(|watch| {
        let stage = batch_fn(|batch: Batch, out: &mut Emitter| {
            let deadline = Instant::now() + Duration::from_millis(5);
            assert!(out.pause_until(deadline) && Instant::now() >= deadline);
            out.forward(batch);
            Ok(())
        });
        let pipeline = PipelineBuilder::new().add_stage_object("pausing", 8, Block, stage).build().unwrap();
        let (input, output) = (pipeline.input(), pipeline.output().unwrap());
        let running = watch.over(pipeline.start_ready().unwrap());
        input.push_many([vec![0], vec![1]]).unwrap();
        input.close();
        assert_eq!(output.collect::<Vec<_>>(), [[0], [1]]);
        assert_eq!(running.wait().unwrap().ledger.balance(), 0);
    });
}
