//! `finish`: what a stage holds back leaves at the end of its input, and only then.

use std::sync::mpsc::{self, Sender};

use stream_pipeline::OverflowPolicy::Block;
use stream_pipeline::{Emitter, Error, PassthroughStage, PipelineBuilder, Result, Stage, stage_fn};

use crate::numbers::{collect, number, numbers, value_of};
use crate::watchdog::watched;

/// Holds the sum of its inputs back until the end, and emits it in parts.
struct Sum {
    total: u64,
    parts: u64,
    finished: Sender<()>,
}

impl Stage for Sum {
    fn process(&mut self, input: Vec<u8>) -> Result<Vec<Vec<u8>>> {
        self.total += value_of(&input);
        Ok(Vec::new())
    }

    fn name(&self) -> &'static str {
        "sum"
    }

    fn finish(&mut self, out: &mut Emitter) -> Result<()> {
        let _ = self.finished.send(());
        (0..self.parts).for_each(|_| out.push(&number(self.total / self.parts)));
        Ok(())
    }
}

fn sum(parts: u64, finished: &Sender<()>) -> Sum {
    Sum { total: 0, parts, finished: finished.clone() }
}

#[test]
fn what_is_held_back_leaves_at_the_end_stage_after_stage() {
    watched(|watch| {
        let (finished, calls) = mpsc::channel();
        let pipeline = PipelineBuilder::new()
            .add_stage_object("parts", 16, Block, sum(100, &finished))
            // More parts than its ring holds.
            .add_stage_object("whole", 16, Block, sum(1, &finished))
            .build()
            .unwrap();
        drop(finished);
        let (input, output) = (pipeline.input(), pipeline.output().unwrap());
        let running = watch.over(pipeline.start_ready().unwrap());
        input.push_many(numbers([100; 50])).unwrap();
        input.close();
        assert_eq!(collect(output), [5000]);
        let ledger = running.wait().unwrap().ledger;
        assert_eq!((ledger.accepted, ledger.absorbed, ledger.created), (50, 50 + 100, 100 + 1));
        assert_eq!((ledger.delivered, ledger.balance()), (1, 0));
        assert_eq!(calls.iter().count(), 2, "once per stage");
    });
}

#[test]
fn nothing_is_finished_after_an_abort_or_a_failure_of_the_stage() {
    watched(|watch| {
        let (finished, calls) = mpsc::channel();
        let pipeline = PipelineBuilder::new().add_stage_object("sum", 16, Block, sum(1, &finished)).build().unwrap();
        let input = pipeline.input();
        let running = watch.over(pipeline.start_ready().unwrap());
        input.push(number(1)).unwrap();
        running.abort();
        running.completed().unwrap_err();

        // Before the failing stage nothing is finished either; behind it, everything is.
        let pipeline = PipelineBuilder::new()
            .add_stage_object("before", 16, Block, sum(1, &finished))
            .add_stage_object("failing", 16, Block, stage_fn(|_| Err(Error::msg("no"))))
            .add_stage_object("behind", 16, Block, sum(1, &finished))
            .build()
            .unwrap();
        drop((finished, pipeline.input()));
        let running = watch.over(pipeline.start_ready().unwrap());
        assert_eq!(running.wait().unwrap_err().sequence(), Some(0));
        drop(running);
        assert_eq!(calls.iter().count(), 2, "`before` emitted its sum at its end, at which `failing` failed");
    });
}

#[test]
fn a_pipeline_of_passthroughs_has_nothing_to_finish() {
    watched(|watch| {
        let pipeline = PipelineBuilder::new().add_stage("only", 16, Block).build().unwrap();
        let output = pipeline.output().unwrap();
        let running = watch.over(pipeline.start(|_| Box::new(PassthroughStage)).unwrap());
        running.wait().unwrap();
        assert_eq!(collect(output), [0; 0]);
    });
}
