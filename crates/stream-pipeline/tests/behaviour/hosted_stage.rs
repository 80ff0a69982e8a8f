//! A hosted stage: somebody else's thread takes, works and emits, and is called when there is something to do.

use stream_pipeline::OverflowPolicy::Block;
use stream_pipeline::{Order, PassthroughStage, PipelineBuilder, Taken};

use crate::host::{Host, pass};
use crate::numbers::{collect, number, numbers};
use crate::watchdog::watched;

#[test]
fn a_host_that_waits_to_be_called_works_on_every_message_in_order() {
    const MESSAGES: u64 = 50_000;
    watched(|watch| {
        let pipeline = PipelineBuilder::new()
            .add_stage_object("before", 64, Block, PassthroughStage)
            .add_hosted_stage("hosted", 64, Block)
            .add_stage_object("behind", 64, Block, PassthroughStage)
            .build()
            .unwrap();
        let (input, output) = (pipeline.input(), pipeline.output().unwrap());
        let running = watch.over(pipeline.start_ready().unwrap());
        assert!(running.hosted_stage(0).is_none() && running.hosted_stage(2).is_none());
        let host = Host::new(&running.hosted_stage(1).unwrap(), Order::AsTaken);
        std::thread::spawn(move || input.push_many(numbers(0..MESSAGES)));
        let hosting = host.spawn(pass);
        assert!(collect(output).into_iter().eq(0..MESSAGES));
        assert!(hosting.join().unwrap() > 0, "it never had to wait");
        let report = running.wait().unwrap();
        assert_eq!((report.ledger.delivered, report.ledger.balance()), (MESSAGES, 0));
        assert_eq!((report.stages[1].received, report.stages[1].emitted), (MESSAGES, MESSAGES));
        assert_eq!(report.stages[1].latency.count, MESSAGES);
    });
}

#[test]
fn what_a_host_emits_at_the_end_leaves_when_there_is_room_without_the_host() {
    watched(|watch| {
        let pipeline = PipelineBuilder::new()
            .add_hosted_stage("hosted", 8, Block)
            .add_stage_object("behind", 8, Block, PassthroughStage)
            .build()
            .unwrap();
        let (input, output) = (pipeline.input(), pipeline.output().unwrap());
        let running = watch.over(pipeline.start_ready().unwrap());
        let mut host = Host::new(&running.hosted_stage(0).unwrap(), Order::AsTaken);
        input.push(number(0)).unwrap();
        input.close();
        // Of one message a thousand, which its next edge cannot hold at once.
        host.take(1);
        (0..1000).for_each(|value| host.hand.push(&number(value)));
        host.hand.settle();
        assert!(matches!(host.hand.take(1), Taken::Blocked));
        drop(host);
        // The hand is gone before it was told that no more comes: somebody has to ask.
        let mut other = Host::new(&running.hosted_stage(0).unwrap(), Order::AsTaken);
        let asking = std::thread::spawn(move || other.run(pass));
        assert!(collect(output).into_iter().eq(0..1000));
        asking.join().unwrap();
        let ledger = running.completed().unwrap().ledger;
        assert_eq!((ledger.created, ledger.delivered, ledger.balance()), (999, 1000, 0));
    });
}

#[test]
fn a_host_is_called_when_a_message_comes_and_not_before() {
    watched(|watch| {
        let pipeline = PipelineBuilder::new().add_hosted_stage("hosted", 8, Block).build().unwrap();
        let input = pipeline.input();
        let running = watch.over(pipeline.start_ready().unwrap());
        let mut host = Host::new(&running.hosted_stage(0).unwrap(), Order::AsTaken);
        assert!(matches!(host.hand.take(1), Taken::Empty));
        // Asked for twice, it is still one call.
        assert!(matches!(host.hand.take(1), Taken::Empty));
        assert!(host.calls.try_recv().is_err());
        input.push(number(1)).unwrap();
        input.push(number(2)).unwrap();
        host.wait();
        assert!(host.calls.try_recv().is_err());
        drop(input);
        host.run(pass);
        assert_eq!(running.completed().unwrap().ledger.delivered, 2);
    });
}

#[test]
fn inputs_settled_together_are_in_the_books_by_the_difference() {
    watched(|watch| {
        for (inputs, outputs, absorbed, created) in [(5, 2, 3, 0), (2, 5, 0, 3), (4, 0, 4, 0)] {
            let pipeline = PipelineBuilder::new().add_hosted_stage("hosted", 64, Block).build().unwrap();
            let (input, output) = (pipeline.input(), pipeline.output().unwrap());
            input.push_many(numbers(0..inputs)).unwrap();
            drop(input);
            let running = watch.over(pipeline.start_ready().unwrap());
            let mut host = Host::new(&running.hosted_stage(0).unwrap(), Order::AsTaken);
            // In several portions.
            while host.hand.in_hand() < inputs {
                host.take(2);
            }
            (0..outputs).for_each(|value| host.hand.push(&number(value)));
            host.hand.settle_all();
            assert!(matches!(host.hand.take(1), Taken::Ended));
            assert!(collect(output).into_iter().eq(0..outputs));
            let ledger = running.completed().unwrap().ledger;
            assert_eq!((ledger.absorbed, ledger.created, ledger.balance()), (absorbed, created, 0));
        }
    });
}
