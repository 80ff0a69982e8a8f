//! A consumer that stops for ever: whoever feeds it sleeps, and an abort ends everything without it.

use std::sync::Arc;
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use stream_pipeline::ErrorCode::Aborted;
use stream_pipeline::OverflowPolicy::Block;
use stream_pipeline::{EdgeOptions, PassthroughStage, Pipeline, PipelineBuilder, PushError, Running};

use crate::gate::gate;
use crate::numbers::number;
use crate::procfs;
use crate::watchdog::{Watch, until, watched};

/// An abort ends at once what is not inside a stage's call; a machine that is busy with other things may be slow.
const BOUND: Duration = Duration::from_secs(5);

type Pusher = JoinHandle<PushError<Vec<u8>>>;

/// Starts `pipeline`, whose threads are called `prefix`.., and pushes without end, until every one of its `edges` is
/// pressured and everyone sleeps: the stages' threads and the pusher's, `sleepers` of them.
fn held_up(watch: &Watch, pipeline: Pipeline, prefix: &str, edges: usize, sleepers: usize) -> (Arc<Running>, Pusher) {
    let input = pipeline.input();
    let running = watch.over(pipeline.start_ready().unwrap());
    let pusher = thread::Builder::new().name(format!("{prefix}pusher"));
    let work = move || (0..).find_map(|value| input.push(number(value)).err()).expect("it ends by a refusal");
    let pusher = pusher.spawn(work).unwrap();
    until(|| running.metrics().edges[..edges].iter().all(|edge| edge.pressured));
    // A thread names itself, once it runs.
    until(|| procfs::threads_called(prefix).len() == sleepers);
    procfs::assert_no_cpu_is_used(prefix, sleepers);
    (running, pusher)
}

fn assert_all_was_aborted(running: &Running, delivered: u64) {
    let ledger = running.metrics().ledger;
    assert_eq!((ledger.delivered, ledger.aborted, ledger.balance()), (delivered, ledger.accepted - delivered, 0));
}

#[test]
fn an_abort_ends_a_pipeline_whose_output_is_never_taken() {
    watched(|watch| {
        let pipeline = PipelineBuilder::new()
            .add_stage_object("stop-first", 64, Block, PassthroughStage)
            .add_stage_object("stop-second", 64, Block, PassthroughStage)
            .with_output_edge(EdgeOptions::new().capacity(64))
            .build()
            .unwrap();
        // Held until the end, and never asked.
        let mut output = pipeline.output().unwrap();
        let (running, pusher) = held_up(watch, pipeline, "stop-", 3, 3);

        let began = Instant::now();
        running.abort();
        assert_eq!(running.completed().unwrap_err().code(), Aborted);
        assert_eq!(pusher.join().unwrap().code(), Aborted);
        assert!(began.elapsed() < BOUND, "{:?}", began.elapsed());
        until(|| procfs::threads_called("stop-").is_empty());
        assert_eq!(output.pop(), None);
        assert_all_was_aborted(&running, 0);
    });
}

#[test]
fn an_abort_frees_everyone_but_the_stage_that_has_stopped() {
    watched(|watch| {
        let (stage, keeper) = gate();
        let pipeline = PipelineBuilder::new()
            .add_stage_object("halt-first", 64, Block, PassthroughStage)
            .add_stage_object("halt-gate", 64, Block, stage)
            .add_stage_object("halt-last", 64, Block, PassthroughStage)
            .build()
            .unwrap();
        let mut output = pipeline.output().unwrap();
        let (running, pusher) = held_up(watch, pipeline, "halt-", 2, 4);

        let began = Instant::now();
        running.abort();
        assert_eq!(pusher.join().unwrap().code(), Aborted);
        assert_eq!(output.pop(), None);
        until(|| procfs::threads_called("halt-").len() == 1);
        assert!(began.elapsed() < BOUND, "{:?}", began.elapsed());
        assert!(running.outcome().is_none(), "the one in its call is waited for");
        keeper.open();
        assert_eq!(running.completed().unwrap_err().code(), Aborted);
        assert_all_was_aborted(&running, 0);
    });
}

#[test]
fn dropping_the_handle_ends_a_pipeline_whose_output_is_never_taken() {
    watched(|watch| {
        let pipeline = PipelineBuilder::new()
            .add_stage_object("quit-only", 64, Block, PassthroughStage)
            .with_output_edge(EdgeOptions::new().capacity(64))
            .build()
            .unwrap();
        let (input, _output) = (pipeline.input(), pipeline.output().unwrap());
        let (running, pusher) = held_up(watch, pipeline, "quit-", 2, 2);
        drop(running);
        assert_eq!(pusher.join().unwrap().code(), Aborted);
        until(|| procfs::threads_called("quit-").is_empty());
        assert_eq!(input.push(number(0)).unwrap_err().code(), Aborted);
    });
}
