//! Wherever in the chain a stage panics, and at whichever message: its peers are freed and every message is accounted
//! for.

use std::thread;

use stream_pipeline::ErrorCode::{Aborted, StagePanicked};
use stream_pipeline::OverflowPolicy::Block;
use stream_pipeline::{Batch, Emitter, Metrics, PassthroughStage, PipelineBuilder, Stage, batch_fn, stage_fn};

use crate::numbers::{collect, number, value_of, values};
use crate::procfs;
use crate::watchdog::{until, watched};

const STAGES: usize = 4;
const MESSAGES: u64 = 500;

/// The first and the last, and both sides of a first batch, of a mark and of a ring.
const PLACES: [u64; 12] = [0, 1, 7, 8, 9, 25, 26, 31, 32, 33, 100, MESSAGES - 1];

fn panics_at(at: u64, in_batches: bool) -> Box<dyn Stage> {
    let strike = move |message: &[u8]| assert!(value_of(message) != at, "out of luck");
    if !in_batches {
        return Box::new(stage_fn(move |message| {
            strike(&message);
            Ok(vec![message])
        }));
    }
    Box::new(batch_fn(move |batch: Batch, out: &mut Emitter| {
        for message in batch.iter() {
            strike(message);
            out.push(message);
            out.next_input();
        }
        out.recycle(batch);
        Ok(())
    }))
}

/// The stage numbered `place` panics at message `at`, while messages are pushed and taken.
fn assert_contained(place: usize, at: u64, in_batches: bool) {
    watched(|watch| {
        let plan = (0..STAGES).fold(PipelineBuilder::new(), |plan, index| {
            plan.add_stage(format!("panic-{index}"), if index % 2 == 0 { 32 } else { 8 }, Block)
        });
        let pipeline = plan.build().unwrap();
        let (input, output) = (pipeline.input(), pipeline.output().unwrap());
        let started = pipeline.start(|index| match index {
            index if index == place => panics_at(at, in_batches),
            index if index % 2 == 0 => Box::new(PassthroughStage),
            _ => Box::new(stage_fn(|message| Ok(vec![message]))),
        });
        let running = watch.over(started.unwrap());
        let pusher = thread::spawn(move || (0..MESSAGES).find_map(|value| input.push(number(value)).err()));

        // What the stage had emitted is delivered, and the end of the output does not wait for anybody.
        assert_eq!(collect(output), values(0..at));
        let refused = pusher.join().unwrap();
        let error = running.wait().unwrap_err();
        assert_eq!((error.code(), error.sequence()), (StagePanicked, Some(at)), "{error}");
        assert_eq!(error.stage(), Some(format!("panic-{place}").as_str()));
        until(|| procfs::threads_called("panic-").is_empty());

        let report = running.metrics();
        assert_balanced(&report);
        let ledger = report.ledger;
        assert_eq!((ledger.delivered, ledger.failed, ledger.in_flight), (at, 1, 0));
        assert_eq!((ledger.dropped(), ledger.absorbed, ledger.created), (0, 0, 0));
        assert_eq!(ledger.aborted, ledger.accepted - at - 1);
        if let Some(refused) = refused {
            assert_eq!((refused.code(), refused.rejected), (Aborted, number(ledger.accepted)));
        }
    });
}

/// The equation of the pipeline, of each stage and of each edge.
fn assert_balanced(report: &Metrics) {
    assert_eq!(report.ledger.balance(), 0, "{:?}", report.ledger);
    for stage in &report.stages {
        let left = stage.emitted + stage.absorbed + stage.failed + stage.aborted;
        assert_eq!(stage.received + stage.created, left, "{stage:?}");
    }
    for edge in &report.edges {
        let left = edge.taken + edge.dropped() + edge.discarded + edge.aborted;
        assert_eq!((edge.entered, edge.fill), (left, 0), "{edge:?}");
    }
}

#[test]
fn a_panic_at_any_message_of_any_stage_frees_the_others_and_the_ledger_holds() {
    for place in 0..STAGES {
        for at in PLACES {
            for in_batches in [false, true] {
                assert_contained(place, at, in_batches);
            }
        }
    }
}
