//! Several hands at work on one hosted stage: every message is worked on once, and its outputs leave in the order asked for.

use std::sync::{Arc, Barrier};

use stream_pipeline::OverflowPolicy::Block;
use stream_pipeline::{Batch, Given, Metrics, Order, PassthroughStage, PipelineBuilder, Taken};

use crate::host::{Host, pass};
use crate::numbers::{collect, numbers, value_of};
use crate::watchdog::{Watch, watched};

/// What comes out when so many hands pass numbers on, each with a stride of its own, and the report.
fn passed_by_hands(watch: &Watch, hands: usize, order: Order, messages: u64) -> (Vec<u64>, Metrics) {
    let pipeline = PipelineBuilder::new()
        .add_hosted_stage("hosted", 1024, Block)
        .add_stage_object("behind", 256, Block, PassthroughStage)
        .build()
        .unwrap();
    let (input, output) = (pipeline.input(), pipeline.output().unwrap());
    let running = watch.over(pipeline.start_ready().unwrap());
    let stage = running.hosted_stage(0).unwrap();
    let feeding = std::thread::spawn(move || {
        for first in (0..messages).step_by(100) {
            let batch: Batch = numbers(first..(first + 100).min(messages)).iter().map(Vec::as_slice).collect();
            input.push_batch(batch).unwrap();
        }
    });
    let together = Arc::new(Barrier::new(hands));
    let hosting: Vec<_> = (1..=hands)
        .map(|stride| {
            let (mut host, together) = (Host::new(&stage, order), Arc::clone(&together));
            std::thread::spawn(move || {
                together.wait();
                batchwise(&mut host, stride);
            })
        })
        .collect();
    let passed = collect(output);
    feeding.join().unwrap();
    for host in hosting {
        host.join().unwrap();
    }
    (passed, running.wait().unwrap())
}

/// Passes messages on, gives after every `stride` portions only, and has further ones in hand meanwhile.
fn batchwise(host: &mut Host, stride: usize) {
    loop {
        match host.hand.take(stride * 50) {
            Taken::Batch(batch) => {
                let half = batch.len() / 2;
                for (index, message) in batch.iter().enumerate() {
                    pass(message, &mut host.hand);
                    if index == half && stride > 1 {
                        while host.hand.give() == Given::Blocked {
                            host.wait();
                        }
                    }
                }
                host.hand.recycle(batch);
            }
            Taken::Ended => return,
            Taken::Empty | Taken::Ahead | Taken::Blocked => host.wait(),
        }
    }
}

#[test]
fn a_million_messages_through_three_hands_leave_in_order() {
    const MESSAGES: u64 = 1_000_000;
    watched(|watch| {
        let (passed, report) = passed_by_hands(watch, 3, Order::AsTaken, MESSAGES);
        let checksum = |values: &mut dyn Iterator<Item = u64>| {
            values.fold(0_u64, |sum, value| sum.wrapping_mul(0x0100_0000_01b3).wrapping_add(value ^ (value >> 7)))
        };
        assert_eq!(passed.len() as u64, MESSAGES);
        assert_eq!(checksum(&mut passed.into_iter()), checksum(&mut (0..MESSAGES)));
        assert_eq!((report.ledger.delivered, report.ledger.balance()), (MESSAGES, 0));
        assert_eq!(report.stages[0].latency.count, MESSAGES);
    });
}

#[test]
fn every_message_leaves_once_where_outputs_leave_as_they_are_done() {
    const MESSAGES: u64 = 100_000;
    watched(|watch| {
        let (mut passed, report) = passed_by_hands(watch, 3, Order::AsDone, MESSAGES);
        passed.sort_unstable();
        assert!(passed.into_iter().eq(0..MESSAGES));
        assert_eq!((report.ledger.delivered, report.ledger.balance()), (MESSAGES, 0));
        assert_eq!(report.stages[0].latency.count, MESSAGES);
    });
}

#[test]
fn a_portion_taken_later_leaves_later_or_as_it_is_done() {
    watched(|watch| {
        for (order, expected) in [(Order::AsTaken, [0, 1, 2, 3]), (Order::AsDone, [2, 3, 0, 1])] {
            let pipeline = PipelineBuilder::new().add_hosted_stage("hosted", 64, Block).build().unwrap();
            let (input, output) = (pipeline.input(), pipeline.output().unwrap());
            input.push_many(numbers(0..4)).unwrap();
            drop(input);
            let running = watch.over(pipeline.start_ready().unwrap());
            let stage = running.hosted_stage(0).unwrap();
            let [mut early, mut late] = [Host::new(&stage, order), Host::new(&stage, order)];
            let portions = [early.take(2), late.take(2)];
            assert_eq!(portions[1].iter().map(value_of).collect::<Vec<_>>(), [2, 3]);
            portions[1].iter().for_each(|message| pass(message, &mut late.hand));
            assert_eq!(late.hand.give(), Given::Done);
            portions[0].iter().for_each(|message| pass(message, &mut early.hand));
            assert_eq!(early.hand.give(), Given::Done);
            assert!(matches!(late.hand.take(1), Taken::Ended));
            assert_eq!(collect(output), expected);
            assert_eq!(running.completed().unwrap().ledger.balance(), 0);
        }
    });
}

#[test]
fn a_hand_settles_the_inputs_of_several_portions_in_the_order_taken() {
    watched(|watch| {
        let pipeline = PipelineBuilder::new().add_hosted_stage("hosted", 64, Block).build().unwrap();
        let (input, mut output) = (pipeline.input(), pipeline.output().unwrap());
        input.push_many(numbers(0..4)).unwrap();
        drop(input);
        let running = watch.over(pipeline.start_ready().unwrap());
        let stage = running.hosted_stage(0).unwrap();
        let [mut one, mut other] = [Host::new(&stage, Order::AsTaken), Host::new(&stage, Order::AsTaken)];
        // One has the first and the third message, the other the second and the fourth.
        for host in [0, 1, 0, 1] {
            [&mut one, &mut other][host].take(1);
        }
        assert_eq!((one.hand.in_hand(), other.hand.in_hand()), (2, 2));
        (0..2).for_each(|_| pass(b"other", &mut other.hand));
        (0..2).for_each(|_| pass(b"one", &mut one.hand));
        assert_eq!((other.hand.give(), one.hand.give()), (Given::Done, Given::Done));
        assert!(matches!(one.hand.take(1), Taken::Ended));
        let taken: Vec<_> = std::iter::from_fn(|| output.pop()).collect();
        assert_eq!(taken, [&b"one"[..], b"other", b"one", b"other"]);
        assert_eq!(running.completed().unwrap().ledger.balance(), 0);
    });
}
