//! A large message keeps its buffer from the push to the pop: it is moved, never copied.

use stream_pipeline::OverflowPolicy::Block;
use stream_pipeline::{LARGE_MESSAGE_BYTES, PassthroughStage, PipelineBuilder, stage_fn};

use crate::watchdog::watched;

#[test]
fn messages_of_64_kib_pass_three_stages_in_the_buffers_they_came_in() {
    assert_same_buffers(64 * 1024);
}

#[test]
fn the_smallest_message_that_counts_as_large_is_moved_too() {
    assert_same_buffers(LARGE_MESSAGE_BYTES);
}

fn assert_same_buffers(bytes: usize) {
    watched(move |watch| {
        let pipeline = PipelineBuilder::new()
            .add_stage_object("fast", 64, Block, PassthroughStage)
            .add_stage_object("simple", 64, Block, stage_fn(|message| Ok(vec![message])))
            .add_stage_object("fast again", 64, Block, PassthroughStage)
            .build()
            .unwrap();
        let (input, output) = (pipeline.input(), pipeline.output().unwrap());
        let running = watch.over(pipeline.start_ready().unwrap());
        let messages: Vec<_> = (0..30).map(|value| vec![value; bytes]).collect();
        let buffers: Vec<_> = messages.iter().map(|message| message.as_ptr() as usize).collect();
        let mut messages = messages.into_iter();
        for message in messages.by_ref().take(10) {
            input.push(message).unwrap();
        }
        input.push_many(messages).unwrap();
        input.close();

        let out: Vec<_> = output.collect();
        assert!(out.iter().zip(0..).all(|(message, value)| *message == vec![value; bytes]));
        let moved_bytes: usize = out
            .iter()
            .zip(buffers)
            .filter(|(message, buffer)| message.as_ptr() as usize != *buffer)
            .map(|(message, _)| message.len())
            .sum();
        assert_eq!(moved_bytes, 0);
        assert_eq!(running.wait().unwrap().ledger.delivered, 30);
    });
}
