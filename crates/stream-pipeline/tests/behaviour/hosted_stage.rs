//! A hosted stage: somebody else's thread takes, works and emits, and is called when there is something to do.

use std::sync::Arc;
use std::sync::mpsc::{self, Receiver};

use stream_pipeline::OverflowPolicy::Block;
use stream_pipeline::{Batch, HostedStage, HostedTake, PassthroughStage, PipelineBuilder, Waker};

use crate::numbers::{collect, number, numbers};
use crate::watchdog::watched;

/// An event loop of one stage: works until it is blocked or idle, then waits to be called.
struct Host {
    stage: HostedStage,
    waker: Waker,
    calls: Receiver<()>,
}

impl Host {
    fn new(stage: HostedStage) -> Self {
        let (call, calls) = mpsc::channel();
        let waker: Waker = Arc::new(move || {
            let _ = call.send(());
        });
        Self { stage, waker, calls }
    }

    /// Until the end of the input; returns how often it waited.
    fn run(&self, mut work: impl FnMut(&Batch, &mut stream_pipeline::Emitter)) -> usize {
        let mut waits = 0;
        while let Some(take) = self.stage.exchange(stream_pipeline::HostedWork::take) {
            match take {
                HostedTake::Batch(batch) => {
                    self.stage.exchange(|seat| {
                        work(&batch, seat.emitter());
                        seat.emitter().recycle(batch);
                    });
                }
                HostedTake::Ended if self.stage.finish() => break,
                // At the end too: then what was emitted waits for room.
                HostedTake::Empty | HostedTake::Blocked | HostedTake::Ended => waits += self.wait(),
            }
        }
        waits
    }

    fn wait(&self) -> usize {
        if self.stage.call_when_ready(&self.waker) {
            self.calls.recv().expect("the waker holds the other end");
            return 1;
        }
        0
    }
}

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
        let host = Host::new(running.hosted_stage(1).unwrap());
        std::thread::spawn(move || input.push_many(numbers(0..MESSAGES)));
        let hosting = std::thread::spawn(move || {
            host.run(|batch, out| {
                for message in batch.iter() {
                    out.push(message);
                    out.next_input();
                }
            })
        });
        assert!(collect(output).into_iter().eq(0..MESSAGES));
        assert!(hosting.join().unwrap() > 0, "it never had to wait");
        let report = running.wait().unwrap();
        assert_eq!((report.ledger.delivered, report.ledger.balance()), (MESSAGES, 0));
        assert_eq!((report.stages[1].received, report.stages[1].emitted), (MESSAGES, MESSAGES));
        assert_eq!(report.stages[1].latency.count, MESSAGES);
    });
}

#[test]
fn what_a_host_emits_at_the_end_waits_for_room_without_blocking_it() {
    watched(|watch| {
        let pipeline = PipelineBuilder::new()
            .add_hosted_stage("hosted", 8, Block)
            .add_stage_object("behind", 8, Block, PassthroughStage)
            .build()
            .unwrap();
        let (input, output) = (pipeline.input(), pipeline.output().unwrap());
        let running = watch.over(pipeline.start_ready().unwrap());
        let host = Host::new(running.hosted_stage(0).unwrap());
        input.push(number(0)).unwrap();
        input.close();
        // Of one message a thousand, which its next edge cannot hold at once.
        let mut made = 0;
        host.run(|_, out| {
            (0..1000).for_each(|value| out.push(&number(value)));
            out.next_input();
            made += 1;
        });
        assert!(collect(output).into_iter().eq(0..1000));
        let ledger = running.completed().unwrap().ledger;
        assert_eq!((made, ledger.created, ledger.delivered, ledger.balance()), (1, 999, 1000, 0));
    });
}

#[test]
fn a_host_is_called_when_a_message_comes_and_not_before() {
    watched(|watch| {
        let pipeline = PipelineBuilder::new().add_hosted_stage("hosted", 8, Block).build().unwrap();
        let input = pipeline.input();
        let running = watch.over(pipeline.start_ready().unwrap());
        let host = Host::new(running.hosted_stage(0).unwrap());
        assert!(host.stage.call_when_ready(&host.waker));
        // Asked for twice, it is still one call.
        assert!(host.stage.call_when_ready(&host.waker));
        assert!(host.calls.try_recv().is_err());
        input.push(number(1)).unwrap();
        input.push(number(2)).unwrap();
        host.calls.recv().unwrap();
        assert!(host.calls.try_recv().is_err());
        assert!(!host.stage.call_when_ready(&host.waker), "there is something to do now");
        drop(input);
        host.run(|batch, out| out.forward(batch.iter().collect()));
        assert_eq!(running.completed().unwrap().ledger.delivered, 2);
    });
}
