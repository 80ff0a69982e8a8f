//! A stage that waits for its own pipeline is refused, and the pipeline goes on.

use std::sync::mpsc;
use std::sync::{Arc, OnceLock, Weak};
use std::time::Duration;

use stream_pipeline::ErrorCode::WouldDeadlock;
use stream_pipeline::OverflowPolicy::Block;
use stream_pipeline::{PassthroughStage, PipelineBuilder, Running, stage_fn};

use crate::numbers::number;
use crate::watchdog::watched;

#[test]
fn waiting_from_inside_a_stage_is_refused() {
    watched(|watch| {
        let own: Arc<OnceLock<Weak<Running>>> = Arc::default();
        let (tell, told) = mpsc::channel();
        let inside = Arc::clone(&own);
        let stage = stage_fn(move |message| {
            let running = inside.wait().upgrade().expect("the test holds it");
            let refusals = [running.wait(), running.completed(), running.drain(Duration::MAX)];
            tell.send(refusals.map(Result::unwrap_err)).expect("the test listens");
            Ok(vec![message])
        });
        let pipeline = PipelineBuilder::new().add_stage_object("nosy", 8, Block, stage).build().unwrap();
        let input = pipeline.input();
        let running = watch.over(pipeline.start_ready().unwrap());
        own.set(Arc::downgrade(&running)).unwrap();

        for value in 0..2 {
            // The second is accepted because the first closed nothing.
            input.push(number(value)).unwrap();
            for refused in told.recv().unwrap() {
                assert_eq!((refused.code(), refused.stage()), (WouldDeadlock, Some("nosy")));
                assert!(refused.to_string().contains("wait from another thread, or use abort"), "{refused}");
            }
        }
        assert_eq!(running.wait().unwrap().ledger.delivered, 2);
    });
}

#[test]
fn a_stage_may_abort_its_own_pipeline_and_wait_for_another() {
    watched(|watch| {
        let other = PipelineBuilder::new().add_stage("other", 8, Block).build().unwrap();
        let other = watch.over(other.start(|_| Box::new(PassthroughStage)).unwrap());
        let own: Arc<OnceLock<Weak<Running>>> = Arc::default();
        let inside = Arc::clone(&own);
        let stage = stage_fn(move |message| {
            other.wait()?;
            inside.wait().upgrade().expect("the test holds it").abort();
            Ok(vec![message])
        });
        let pipeline = PipelineBuilder::new().add_stage_object("only", 8, Block, stage).build().unwrap();
        let input = pipeline.input();
        let running = watch.over(pipeline.start_ready().unwrap());
        own.set(Arc::downgrade(&running)).unwrap();
        input.push(number(1)).unwrap();
        assert_eq!(running.completed().unwrap_err().code(), stream_pipeline::ErrorCode::Aborted);
        assert_eq!(running.metrics().ledger.aborted, 1);
    });
}

/// The last handle to a pipeline may be dropped by one of its own stages: that must not join the stage's thread.
#[test]
fn a_stage_may_drop_the_last_handle_to_its_pipeline() {
    watched(|watch| {
        let kept: Arc<OnceLock<Arc<Running>>> = Arc::default();
        let own = Arc::clone(&kept);
        let (tell, told) = mpsc::channel();
        let mut own = Some(own);
        let stage = stage_fn(move |message| {
            own.as_ref().map(|own| own.wait());
            drop(own.take());
            let _ = tell.send(());
            Ok(vec![message])
        });
        let pipeline = PipelineBuilder::new()
            .add_stage_object("before", 8, Block, PassthroughStage)
            .add_stage_object("last", 8, Block, stage)
            .build()
            .unwrap();
        let (input, mut output) = (pipeline.input(), pipeline.output().unwrap());
        assert!(kept.set(watch.over(pipeline.start_ready().unwrap())).is_ok());
        drop(kept);
        input.push(number(1)).unwrap();
        told.recv().unwrap();
        assert_eq!(output.pop(), None);
        assert_eq!(input.push(number(2)).unwrap_err().code(), stream_pipeline::ErrorCode::Aborted);
    });
}
