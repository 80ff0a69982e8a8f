//! stream-pipeline.

use std::marker::PhantomData;
use std::ops::Range;

use stream_pipeline::{
    Batch, EdgeOptions, Emitter, Input, LARGE_MESSAGE_BYTES, Output, OverflowPolicy, PassthroughStage, PipelineBuilder,
    Running, Stage, batch_fn, stage_fn,
};

use super::{Drain, Feed, Overflow, Setup, Shape, Task, simple};

pub(crate) struct OurFeed<T> {
    input: Input,
    bytes: usize,
    shape: PhantomData<fn() -> T>,
}

pub(crate) struct OurDrain {
    output: Output,
    by_batch: bool,
    /// Dropped last, when the chain has ended.
    _running: Running,
}

pub(crate) fn open<T: Shape>(setup: Setup) -> (OurFeed<T>, OurDrain) {
    let policy = match setup.overflow {
        Overflow::Block => OverflowPolicy::Block,
        Overflow::DropOldest => OverflowPolicy::DropOldest,
        Overflow::DropNewest => OverflowPolicy::DropNewest,
        Overflow::Error => OverflowPolicy::Error,
    };
    // Where messages are lost, the loss is to be at the entry.
    let policy_of = |stage| if stage == 0 { policy } else { OverflowPolicy::Block };
    let output = EdgeOptions::new().capacity(setup.capacity);
    let plan = (0..setup.stages).fold(PipelineBuilder::new().with_output_edge(output), |plan, stage| {
        plan.add_stage(format!("stage {stage}"), setup.capacity, policy_of(stage))
    });
    let pipeline = plan.build().expect("the plan is sound");
    let (input, output) = (pipeline.input(), pipeline.output().expect("it is taken once"));
    let running = pipeline.start(|_| stage(setup.task)).expect("there are threads");
    let feed = OurFeed { input, bytes: setup.bytes, shape: PhantomData };
    (feed, OurDrain { output, by_batch: setup.batch > 1, _running: running })
}

fn stage(task: Task) -> Box<dyn Stage> {
    match task {
        Task::Passthrough => Box::new(PassthroughStage),
        Task::Simple => Box::new(stage_fn(simple)),
        Task::Steps(_) => Box::new(batch_fn(move |batch: Batch, out: &mut Emitter| {
            batch.iter().for_each(|_| task.perform());
            out.forward(batch);
            Ok(())
        })),
    }
}

impl<T: Shape> Feed for OurFeed<T> {
    fn send(&mut self, word: u64) -> bool {
        self.input.push(T::vec(self.bytes, word)).is_ok()
    }

    fn send_batch(&mut self, words: Range<u64>) {
        let mut batch = self.input.new_batch();
        for word in words {
            if self.bytes < LARGE_MESSAGE_BYTES {
                batch.push_with(self.bytes, |message| T::write_at(message, word));
            } else {
                batch.push_vec(T::vec(self.bytes, word));
            }
        }
        self.input.push_batch(batch).expect("the chain is open");
    }
}

impl Drain for OurDrain {
    fn take(&mut self, mut each: impl FnMut(&[u8])) -> bool {
        if !self.by_batch {
            return self.output.pop().is_some_and(|message| {
                each(&message);
                true
            });
        }
        self.output.pop_batch().is_some_and(|batch| {
            batch.iter().for_each(each);
            self.output.recycle(batch);
            true
        })
    }
}
