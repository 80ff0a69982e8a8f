//! What becomes of messages for which there is no output handle (any more).

use stream_pipeline::OverflowPolicy::Block;
use stream_pipeline::{EdgeOptions, PassthroughStage, PipelineBuilder};

use crate::numbers::{number, numbers, values_of};
use crate::watchdog::{until, watched};

fn plan() -> PipelineBuilder {
    PipelineBuilder::new().add_stage("only", 16, Block).with_output_edge(EdgeOptions::new().capacity(16))
}

#[test]
fn what_comes_after_the_output_was_dropped_counts_as_dropped() {
    watched(|watch| {
        let pipeline = plan().build().unwrap();
        let (input, mut output) = (pipeline.input(), pipeline.output().unwrap());
        let running = watch.over(pipeline.start(|_| Box::new(PassthroughStage)).unwrap());
        input.push_many(numbers(0..10)).unwrap();
        assert_eq!(values_of(output.by_ref().take(3)), [0, 1, 2]);
        // What lies in the handle and in the ring is lost too.
        drop(output);
        // More than the rings hold: nobody is held up by an output that nobody takes from.
        input.push_many(numbers(10..1000)).unwrap();
        let ledger = running.wait().unwrap().ledger;
        assert_eq!((ledger.accepted, ledger.delivered, ledger.dropped_closed), (1000, 3, 997));
        assert_eq!((ledger.in_flight, ledger.balance()), (0, 0));
    });
}

#[test]
fn a_stage_held_up_by_a_full_output_goes_on_when_the_handle_is_dropped() {
    watched(|watch| {
        let pipeline = plan().build().unwrap();
        let (input, output) = (pipeline.input(), pipeline.output().unwrap());
        let running = watch.over(pipeline.start(|_| Box::new(PassthroughStage)).unwrap());
        let pusher = std::thread::spawn(move || input.push_many(numbers(0..1000)));
        until(|| running.metrics().edges.iter().all(|edge| edge.pressured));
        drop(output);
        pusher.join().unwrap().unwrap();
        let ledger = running.wait().unwrap().ledger;
        assert_eq!((ledger.accepted, ledger.dropped_closed, ledger.delivered), (1000, 1000, 0));
    });
}

#[test]
fn without_a_handle_messages_that_leave_the_last_stage_count_as_delivered() {
    watched(|watch| {
        let pipeline = plan().build().unwrap();
        let input = pipeline.input();
        let running = watch.over(pipeline.start(|_| Box::new(PassthroughStage)).unwrap());
        input.push_many(numbers(0..1000)).unwrap();
        let report = running.wait().unwrap();
        assert_eq!((report.ledger.delivered, report.ledger.dropped(), report.ledger.balance()), (1000, 0, 0));
        assert_eq!(report.end_to_end.count, 1000);
    });
}

#[test]
fn a_discarded_output_counts_as_delivered() {
    watched(|watch| {
        let pipeline = plan().build().unwrap();
        let (input, mut output) = (pipeline.input(), pipeline.output().unwrap());
        let running = watch.over(pipeline.start(|_| Box::new(PassthroughStage)).unwrap());
        input.push_many(numbers(0..10)).unwrap();
        assert_eq!(output.pop(), Some(number(0)));
        output.discard();
        input.push_many(numbers(10..1000)).unwrap();
        let ledger = running.wait().unwrap().ledger;
        assert_eq!((ledger.delivered, ledger.dropped(), ledger.balance()), (1000, 0, 0));
    });
}
