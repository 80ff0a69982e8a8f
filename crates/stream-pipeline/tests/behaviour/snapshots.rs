//! Metrics may be read at any moment, and never show more leaving than entered.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Duration;

use stream_pipeline::OverflowPolicy::{Block, DropNewest, DropOldest};
use stream_pipeline::{Batch, EdgeOptions, Emitter, PassthroughStage, PipelineBuilder, batch_fn, stage_fn};

use crate::numbers::{number, numbers, value_of};
use crate::snapshot::assert_nothing_leaves_that_did_not_enter;
use crate::watchdog::watched;

/// Two threads read while messages are pushed in every form through every policy, until all are through.
#[test]
fn a_snapshot_taken_under_full_load_never_shows_more_leaving_than_entered() {
    watched(|watch| {
        let twice = stage_fn(|message: Vec<u8>| {
            Ok(if value_of(&message).is_multiple_of(3) { vec![] } else { vec![message; 2] })
        });
        let some = batch_fn(|mut batch: Batch, out: &mut Emitter| {
            batch.retain(|message| !value_of(message).is_multiple_of(5));
            out.forward(batch);
            Ok(())
        });
        let pipeline = PipelineBuilder::new()
            .add_stage_object("twice", 128, Block, twice)
            .add_stage_object("lossy", 128, DropOldest, PassthroughStage)
            .add_stage_object("some", 128, DropNewest, some)
            .with_output_edge(EdgeOptions::new().capacity(128))
            .build()
            .unwrap();
        let (input, mut output) = (pipeline.input(), pipeline.output().unwrap());
        let running = watch.over(pipeline.start_ready().unwrap());
        let done = Arc::new(AtomicBool::new(false));
        let readers: Vec<_> = (0..2)
            .map(|_| {
                let (running, done) = (Arc::clone(&running), Arc::clone(&done));
                thread::spawn(move || {
                    let mut readings = 0;
                    while !done.load(Ordering::Relaxed) {
                        assert_nothing_leaves_that_did_not_enter(&running.metrics());
                        readings += 1;
                    }
                    readings
                })
            })
            .collect();
        let pusher = thread::spawn(move || {
            for round in 0..300 {
                (0..100).for_each(|value| input.push(number(value)).unwrap());
                input.push_many(numbers(0..400)).unwrap();
                input.push_batch(numbers(0..round % 64).iter().map(Vec::as_slice).collect()).unwrap();
            }
        });
        let mut delivered = 0;
        while output.pop().is_some() {
            delivered += 1;
            delivered +=
                output.pop_batch_timeout(Duration::ZERO).map_or(0, |batch| batch.map_or(0, |batch| batch.len()));
        }
        pusher.join().unwrap();
        let ledger = running.wait().unwrap().ledger;
        done.store(true, Ordering::Relaxed);
        assert!(readers.into_iter().all(|reader| reader.join().unwrap() > 0));
        assert_eq!((ledger.balance(), ledger.in_flight, ledger.delivered), (0, 0, delivered as u64));
    });
}
