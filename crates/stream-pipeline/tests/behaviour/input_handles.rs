//! Input handles: cloned for many threads, and the last one that goes closes the input.

use std::thread;

use stream_pipeline::OverflowPolicy::Block;
use stream_pipeline::{PassthroughStage, PipelineBuilder};

use crate::numbers::{collect, number, numbers};
use crate::watchdog::watched;

#[test]
fn dropping_the_last_input_handle_closes_the_input() {
    watched(|watch| {
        let pipeline = PipelineBuilder::new().add_stage("only", 8, Block).build().unwrap();
        let input = pipeline.input();
        let running = watch.over(pipeline.start(|_| Box::new(PassthroughStage)).unwrap());
        let other = input.clone();
        drop(input);
        other.push(number(1)).unwrap();
        assert!(running.outcome().is_none());
        drop(other);
        assert_eq!(running.completed().unwrap().ledger.delivered, 1);
    });
}

#[test]
fn a_pipeline_started_without_any_input_handle_ends_by_itself() {
    watched(|watch| {
        let pipeline = PipelineBuilder::new().add_stage("only", 8, Block).build().unwrap();
        let running = watch.over(pipeline.start(|_| Box::new(PassthroughStage)).unwrap());
        assert_eq!(running.completed().unwrap().ledger.accepted, 0);
    });
}

#[test]
fn messages_of_one_thread_stay_in_order_however_many_push() {
    const THREADS: u64 = 4;
    const EACH: u64 = 20_000;
    watched(|watch| {
        let pipeline = PipelineBuilder::new().add_stage("only", 64, Block).build().unwrap();
        let (input, output) = (pipeline.input(), pipeline.output().unwrap());
        let running = watch.over(pipeline.start(|_| Box::new(PassthroughStage)).unwrap());
        for thread in 0..THREADS {
            let input = input.clone();
            let values = thread * EACH..(thread + 1) * EACH;
            // Half of the threads push one by one, the others many at a time.
            thread::spawn(move || match thread % 2 {
                0 => values.for_each(|value| input.push(number(value)).unwrap()),
                _ => input.push_many(numbers(values)).unwrap(),
            });
        }
        drop(input);
        let mut seen: Vec<Vec<u64>> = vec![Vec::new(); THREADS as usize];
        for value in collect(output) {
            seen[(value / EACH) as usize].push(value % EACH);
        }
        assert!(seen.iter().all(|values| values.iter().copied().eq(0..EACH)));
        assert_eq!(running.wait().unwrap().ledger.delivered, THREADS * EACH);
    });
}
