//! Letting go of a pipeline, started or not, leaves nothing behind that waits.

use std::thread;

use stream_pipeline::ErrorCode::{Aborted, MissingStage};
use stream_pipeline::OverflowPolicy::Block;
use stream_pipeline::{PassthroughStage, PipelineBuilder};

use crate::gate::gate;
use crate::numbers::{number, numbers};
use crate::procfs;
use crate::watchdog::{until, watched};

#[test]
fn dropping_the_running_handle_aborts_and_joins() {
    watched(|watch| {
        let (stage, keeper) = gate();
        let pipeline = PipelineBuilder::new()
            .add_stage_object("drop-first", 4, Block, PassthroughStage)
            .add_stage_object("drop-gate", 4, Block, stage)
            .build()
            .unwrap();
        let (input, mut output) = (pipeline.input(), pipeline.output().unwrap());
        let running = watch.over(pipeline.start_ready().unwrap());
        let own = input.clone();
        let pusher = thread::spawn(move || own.push_many(numbers(0..1000)).unwrap_err());
        keeper.wait_for_arrival();
        until(|| running.metrics().edges[0].pressured);
        let dropper = thread::spawn(move || drop(running));
        // The push is refused before the stage at the gate can end.
        assert_eq!(pusher.join().unwrap().code(), Aborted);
        assert_eq!(input.push(number(0)).unwrap_err().code(), Aborted);
        assert_eq!(output.pop(), None);
        assert!(!dropper.is_finished(), "it waits for the stage");
        keeper.open();
        dropper.join().unwrap();
        until(|| procfs::threads_called("drop-").is_empty());
    });
}

#[test]
fn a_pipeline_dropped_before_its_start_refuses_pushes_and_ends_its_output() {
    watched(|_| {
        let pipeline = PipelineBuilder::new().add_stage("never", 8, Block).build().unwrap();
        let (input, mut output) = (pipeline.input(), pipeline.output().unwrap());
        input.push(number(1)).unwrap();
        drop(pipeline);
        let refused = input.push(number(2)).unwrap_err();
        assert_eq!((refused.code(), refused.rejected), (Aborted, number(2)));
        assert_eq!(output.pop(), None);
    });
}

#[test]
fn a_start_that_lacks_a_stage_is_refused_and_names_it() {
    watched(|_| {
        let pipeline = PipelineBuilder::new()
            .add_stage_object("there", 8, Block, PassthroughStage)
            .add_stage("absent", 8, Block)
            .build()
            .unwrap();
        let (input, mut output) = (pipeline.input(), pipeline.output().unwrap());
        let refused = pipeline.start_ready().unwrap_err();
        assert_eq!((refused.code(), refused.stage()), (MissingStage, Some("absent")));
        let text = refused.to_string();
        assert!(text.contains("`absent`") && text.contains("add_stage_object"), "{text}");
        assert_eq!(input.push(number(1)).unwrap_err().code(), Aborted);
        assert_eq!(output.pop(), None);
    });
}
