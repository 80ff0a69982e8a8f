//! What `start` does: which stages it asks for, when, and how their threads are called.

use stream_pipeline::OverflowPolicy::Block;
use stream_pipeline::{PassthroughStage, PipelineBuilder};

use crate::procfs;
use crate::watchdog::{until, watched};

#[test]
fn the_closure_is_called_once_per_missing_stage_with_its_index_in_the_whole_chain_before_any_thread_exists() {
    watched(|watch| {
        let pipeline = PipelineBuilder::new()
            .add_stage_object("ask-0", 8, Block, PassthroughStage)
            .add_stage("ask-1", 8, Block)
            .add_stage_object("ask-2", 8, Block, PassthroughStage)
            .add_stage("ask-3", 8, Block)
            .add_stage("ask-4", 8, Block)
            .build()
            .unwrap();
        let input = pipeline.input();
        let mut asked = Vec::new();
        let started = pipeline.start(|index| {
            assert_eq!(procfs::threads_called("ask-").len(), 0);
            asked.push(index);
            Box::new(PassthroughStage)
        });
        let running = watch.over(started.unwrap());
        assert_eq!(asked, [1, 3, 4]);
        // A thread names itself, once it runs.
        until(|| procfs::threads_called("ask-").len() == 5);
        drop(input);
        running.completed().unwrap();
    });
}

#[test]
fn threads_carry_the_names_of_their_stages() {
    watched(|watch| {
        let pipeline = PipelineBuilder::new()
            .add_stage("name-parse", 8, Block)
            .add_stage("name-longer-than-the-kernel-keeps", 8, Block)
            .build()
            .unwrap();
        let input = pipeline.input();
        let running = watch.over(pipeline.start(|_| Box::new(PassthroughStage)).unwrap());
        until(|| {
            let mut names: Vec<_> = procfs::threads_called("name-").into_iter().map(|thread| thread.name).collect();
            names.sort();
            // Linux keeps 15 bytes.
            names == ["name-longer-tha", "name-parse"]
        });
        let named = running.metrics().stages.iter().map(|stage| stage.name.to_string()).collect::<Vec<_>>();
        assert_eq!(named, ["name-parse", "name-longer-than-the-kernel-keeps"]);
        drop(input);
        running.completed().unwrap();
        until(|| procfs::threads_called("name-").is_empty());
    });
}
