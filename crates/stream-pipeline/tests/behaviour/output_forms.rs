//! The output: one by one, by batch, as an iterator, and with a timeout.

use std::time::{Duration, Instant};

use stream_pipeline::ErrorCode::{OutputTaken, Timeout};
use stream_pipeline::OverflowPolicy::Block;
use stream_pipeline::{PassthroughStage, PipelineBuilder};

use crate::numbers::{number, numbers, value_of, values, values_of};
use crate::watchdog::watched;

#[test]
fn every_form_of_taking_continues_where_the_last_one_stopped() {
    watched(|watch| {
        let pipeline = PipelineBuilder::new().add_stage("only", 1000, Block).build().unwrap();
        let (input, mut output) = (pipeline.input(), pipeline.output().unwrap());
        input.push_many(numbers(0..1000)).unwrap();
        let running = watch.over(pipeline.start(|_| Box::new(PassthroughStage)).unwrap());
        input.close();

        let mut seen = vec![value_of(&output.pop().unwrap())];
        seen.push(value_of(&output.pop_timeout(Duration::MAX).unwrap().unwrap()));
        seen.extend(values_of(output.next()));
        let batch = output.pop_batch().unwrap();
        assert!(!batch.is_empty());
        seen.extend(values_of(batch));
        let batch = output.pop_batch_timeout(Duration::MAX).unwrap().unwrap();
        seen.extend(values_of(batch));
        seen.extend(values_of(output.by_ref()));
        assert_eq!(seen, values(0..1000));

        assert_eq!((output.pop(), output.next()), (None, None));
        assert!(output.pop_batch().is_none());
        assert_eq!(output.pop_timeout(Duration::ZERO).unwrap(), None);
        assert_eq!(running.wait().unwrap().ledger.delivered, 1000);
    });
}

#[test]
fn taking_with_a_timeout_gives_up_when_nothing_comes() {
    watched(|watch| {
        let pipeline = PipelineBuilder::new().add_stage("only", 8, Block).build().unwrap();
        let (input, mut output) = (pipeline.input(), pipeline.output().unwrap());
        let running = watch.over(pipeline.start(|_| Box::new(PassthroughStage)).unwrap());

        let (began, timeout) = (Instant::now(), Duration::from_millis(20));
        assert_eq!(output.pop_timeout(timeout).unwrap_err().code(), Timeout);
        assert!(began.elapsed() >= timeout);
        assert_eq!(output.pop_timeout(Duration::ZERO).unwrap_err().code(), Timeout);
        assert_eq!(output.pop_batch_timeout(Duration::ZERO).unwrap_err().code(), Timeout);

        input.push(number(7)).unwrap();
        assert_eq!(output.pop(), Some(number(7)));
        assert_eq!(running.wait().unwrap().ledger.delivered, 1);
    });
}

#[test]
fn the_output_can_be_taken_once() {
    let pipeline = PipelineBuilder::new().add_stage("only", 8, Block).build().unwrap();
    let output = pipeline.output().unwrap();
    assert_eq!(pipeline.output().unwrap_err().code(), OutputTaken);
    drop(output);
    assert_eq!(pipeline.output().unwrap_err().code(), OutputTaken);
}
