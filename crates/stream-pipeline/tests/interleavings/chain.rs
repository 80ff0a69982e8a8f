//! A pipeline of random shape, and what has to come out of it.

use std::sync::Arc;

use stream_pipeline::OverflowPolicy::Block;
use stream_pipeline::{
    Batch, EdgeOptions, Emitter, Input, Output, OverflowPolicy, PassthroughStage, Pipeline, PipelineBuilder, Result,
    Running, Stage, batch_fn, stage_fn,
};

use crate::explore::{one_of, pick};

/// Which producer pushed it, and its number among that one's.
pub(crate) type Message = [u8; 2];

/// What a stage does with each message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Work {
    /// Hands the batch on.
    Forward,
    /// Takes and emits one by one.
    Each,
    /// Three outputs: the first two leave while the input is still in hand.
    Thrice,
    AbsorbOdd,
}

impl Work {
    pub(crate) fn outputs(self, message: Message) -> Vec<Message> {
        match self {
            Self::Forward | Self::Each => vec![message],
            Self::Thrice => vec![message; 3],
            Self::AbsorbOdd => {
                if message[1] % 2 == 1 {
                    vec![]
                } else {
                    vec![message]
                }
            }
        }
    }

    pub(crate) fn stage(self) -> Box<dyn Stage> {
        match self {
            Self::Forward => Box::new(PassthroughStage),
            Self::AbsorbOdd => Box::new(batch_fn(|mut batch: Batch, out: &mut Emitter| {
                batch.retain(|message| message[1] % 2 == 0);
                out.forward(batch);
                Ok(())
            })),
            Self::Each | Self::Thrice => Box::new(stage_fn(move |message| Ok(self.process(&message)))),
        }
    }

    pub(crate) fn process(self, message: &[u8]) -> Vec<Vec<u8>> {
        self.outputs(parse(message)).iter().map(|output| output.to_vec()).collect()
    }
}

pub(crate) fn parse(message: &[u8]) -> Message {
    message.try_into().expect("a message has two bytes")
}

/// One to three stages and the edges around them. One of them at most makes more of what comes in.
#[derive(Clone, Debug)]
pub(crate) struct Chain {
    pub(crate) works: Vec<Work>,
}

impl Chain {
    pub(crate) fn any() -> Self {
        let mut works: Vec<_> = (0..=pick(3)).map(|_| one_of(&[Work::Forward, Work::Each, Work::AbsorbOdd])).collect();
        if pick(2) == 0 {
            let index = pick(works.len());
            works[index] = Work::Thrice;
        }
        Self { works }
    }

    /// Builds it with edges of few messages that block.
    pub(crate) fn build(&self) -> Pipeline {
        self.build_with(|index| self.works[index].stage(), |_| Block)
    }

    /// Builds it with the stages that `stage` makes and policies from `policy`, both by index; the last index is the
    /// output edge's.
    pub(crate) fn build_with(
        &self,
        stage: impl Fn(usize) -> Box<dyn Stage>,
        policy: impl Fn(usize) -> OverflowPolicy,
    ) -> Pipeline {
        let mut plan = PipelineBuilder::new().with_backpressure(pick(4) > 0);
        for index in 0..self.works.len() {
            plan = plan.add_stage_object(name(index), any_capacity(), policy(index), stage(index));
        }
        let output = EdgeOptions::new().capacity(any_capacity()).policy(policy(self.works.len()));
        plan.with_output_edge(output).build().unwrap()
    }

    /// What comes out of the stages from `first` on for `messages`, in order.
    pub(crate) fn outputs(&self, first: usize, messages: &[Message]) -> Vec<Message> {
        let apply = |messages: Vec<Message>, work: &Work| messages.into_iter().flat_map(|m| work.outputs(m)).collect();
        self.works[first..].iter().fold(messages.to_vec(), apply)
    }
}

pub(crate) fn name(index: usize) -> String {
    format!("stage {index}")
}

/// So few that rings fill, and enough that some batches are split and some gathered.
pub(crate) fn any_capacity() -> usize {
    one_of(&[1, 2, 3, 4, 8])
}

/// Starts it and takes its handles.
pub(crate) fn start(pipeline: Pipeline) -> (Arc<Running>, Input, Output) {
    let (input, output) = (pipeline.input(), pipeline.output().unwrap());
    (Arc::new(pipeline.start_ready().unwrap()), input, output)
}

/// How a stage is disturbed at one of its messages.
pub(crate) struct Disturbed<F> {
    pub(crate) work: Work,
    /// The number of the message, from 0.
    pub(crate) at: usize,
    pub(crate) seen: usize,
    pub(crate) disturb: F,
}

impl<F: FnMut() -> Result<()> + Send> Stage for Disturbed<F> {
    fn process(&mut self, input: Vec<u8>) -> Result<Vec<Vec<u8>>> {
        if self.seen == self.at {
            (self.disturb)()?;
        }
        self.seen += 1;
        Ok(self.work.process(&input))
    }

    fn name(&self) -> &'static str {
        "disturbed"
    }
}
