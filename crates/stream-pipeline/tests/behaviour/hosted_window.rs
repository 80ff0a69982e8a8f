//! How far a hand may be ahead of a slower one: so many portions, and so many bytes of one portion.

use stream_pipeline::OverflowPolicy::Block;
use stream_pipeline::{Batch, Given, Order, PipelineBuilder, Running, Taken};

use crate::host::{Host, pass};
use crate::numbers::{collect, numbers};
use crate::watchdog::watched;

fn two_hands(running: &Running) -> [Host; 2] {
    let stage = running.hosted_stage(0).unwrap();
    [Host::new(&stage, Order::AsTaken), Host::new(&stage, Order::AsTaken)]
}

#[test]
fn a_hand_is_four_full_portions_ahead_at_most_and_is_called_when_it_may_go_on() {
    watched(|watch| {
        let pipeline = PipelineBuilder::new().add_hosted_stage("hosted", 1 << 16, Block).build().unwrap();
        let (input, output) = (pipeline.input(), pipeline.output().unwrap());
        input.push_many(numbers(0..10_000)).unwrap();
        let running = watch.over(pipeline.start_ready().unwrap());
        let [mut slow, mut fast] = two_hands(&running);
        let first = slow.take(1);
        let mut ahead = 0;
        // How many there are in a portion is the engine's business, so they are counted in messages.
        loop {
            match fast.hand.take(usize::MAX) {
                Taken::Batch(batch) => {
                    ahead += batch.len();
                    batch.iter().for_each(|message| pass(message, &mut fast.hand));
                }
                Taken::Ahead => break,
                other => panic!("{other:?}"),
            }
        }
        assert!((4 * 1024..5 * 1024).contains(&ahead), "{ahead}");
        assert!(fast.calls.try_recv().is_err());
        first.iter().for_each(|message| pass(message, &mut slow.hand));
        assert_eq!(slow.hand.give(), Given::Done);
        fast.wait();
        assert!(matches!(fast.hand.take(1), Taken::Batch(_)));
        pass(&9_999_u64.to_le_bytes(), &mut fast.hand);
        assert_eq!(fast.hand.give(), Given::Done);
        running.abort();
        drop(output);
        assert_eq!(running.metrics().ledger.balance(), 0);
    });
}

#[test]
fn a_hand_out_of_turn_that_makes_much_of_little_is_held_up_and_released() {
    const OUTPUTS: usize = 200;
    watched(|watch| {
        let pipeline = PipelineBuilder::new().add_hosted_stage("hosted", 64, Block).build().unwrap();
        let (input, output) = (pipeline.input(), pipeline.output().unwrap());
        input.push_many(numbers(0..2)).unwrap();
        drop(input);
        let running = watch.over(pipeline.start_ready().unwrap());
        let [mut slow, mut fast] = two_hands(&running);
        slow.take(1);
        fast.take(1);
        let mut outputs = 0;
        let mut make = |host: &mut Host| {
            host.hand.push(&[1; 1024]);
            outputs += 1;
            host.hand.give()
        };
        let mut before = 0;
        while make(&mut fast) == Given::Done {
            before += 1;
        }
        // One batch, 128 KiB, and what was given when it was full.
        assert_eq!(before, 128);
        assert!(fast.calls.try_recv().is_err(), "its turn has not come");
        let in_hand = running.metrics().stages[0].in_hand();
        assert_eq!(in_hand, 1 + 129, "the first input, and all that the second became");

        slow.hand.push(b"first");
        slow.hand.settle();
        assert_eq!(slow.hand.give(), Given::Done);
        fast.wait();
        while outputs < OUTPUTS {
            outputs += 1;
            fast.hand.push(&[1; 1024]);
            assert_eq!(fast.hand.give(), Given::Done, "in turn, nothing is held");
        }
        fast.hand.settle();
        assert!(matches!(fast.hand.take(1), Taken::Ended));
        let lengths: Vec<_> = output.map(|message: Vec<u8>| message.len()).collect();
        assert_eq!((lengths[0], lengths.len()), (5, 1 + OUTPUTS));
        let ledger = running.completed().unwrap().ledger;
        assert_eq!((ledger.created, ledger.balance()), (OUTPUTS as u64 - 1, 0));
    });
}

#[test]
fn a_hand_with_small_portions_may_have_more_of_them() {
    watched(|watch| {
        let pipeline = PipelineBuilder::new().add_hosted_stage("hosted", 64, Block).build().unwrap();
        let (input, output) = (pipeline.input(), pipeline.output().unwrap());
        input.push_many(numbers(0..64)).unwrap();
        drop(input);
        let running = watch.over(pipeline.start_ready().unwrap());
        let [mut slow, mut fast] = two_hands(&running);
        let first = slow.take(1);
        // One by one, as a function does that works on many messages at once.
        let rest: Vec<_> = (1..64).map(|_| fast.take(1)).collect();
        rest.iter().flat_map(Batch::iter).for_each(|message| pass(message, &mut fast.hand));
        assert!(matches!(fast.hand.take(1), Taken::Empty));
        first.iter().for_each(|message| pass(message, &mut slow.hand));
        assert!(matches!(slow.hand.take(1), Taken::Ended));
        assert!(collect(output).into_iter().eq(0..64));
        assert_eq!(running.completed().unwrap().ledger.balance(), 0);
    });
}
