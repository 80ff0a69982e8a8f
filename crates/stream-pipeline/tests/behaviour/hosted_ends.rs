//! Idle hands are called by whatever concerns them all: messages, the end, an abort, a failure of one of them.

use stream_pipeline::OverflowPolicy::Block;
use stream_pipeline::{Error, Input, Order, PipelineBuilder, Running, Taken};

use crate::host::{Host, pass};
use crate::numbers::{number, numbers};
use crate::watchdog::{Watch, watched};

/// A pipeline of one hosted stage, and three hands of it, told to wait.
fn idle(watch: &Watch) -> (std::sync::Arc<Running>, Input, Vec<Host>) {
    let pipeline = PipelineBuilder::new().add_hosted_stage("hosted", 64, Block).build().unwrap();
    let input = pipeline.input();
    let running = watch.over(pipeline.start_ready().unwrap());
    let stage = running.hosted_stage(0).unwrap();
    let mut hosts: Vec<_> = (0..3).map(|_| Host::new(&stage, Order::AsTaken)).collect();
    for host in &mut hosts {
        assert!(matches!(host.hand.take(1), Taken::Empty));
    }
    (running, input, hosts)
}

#[test]
fn the_second_batch_reaches_the_hand_that_found_nothing_of_the_first() {
    watched(|watch| {
        let (running, input, mut hosts) = idle(watch);
        input.push(number(0)).unwrap();
        let mut one = hosts.remove(0);
        one.wait();
        assert!(matches!(one.hand.take(1), Taken::Batch(_)));
        for other in &mut hosts {
            other.wait();
            assert!(matches!(other.hand.take(1), Taken::Empty));
        }
        input.push(number(1)).unwrap();
        for other in &hosts {
            other.wait();
        }
        assert!(matches!(hosts[1].hand.take(1), Taken::Batch(_)));
        running.abort();
    });
}

#[test]
fn the_end_of_the_input_reaches_every_idle_hand() {
    watched(|watch| {
        let (running, input, hosts) = idle(watch);
        let hosting: Vec<_> = hosts.into_iter().map(|host| host.spawn(pass)).collect();
        input.push_many(numbers(0..10)).unwrap();
        drop(input);
        assert_eq!(running.wait().unwrap().ledger.delivered, 10);
        for host in hosting {
            host.join().unwrap();
        }
    });
}

#[test]
fn hands_that_wait_for_another_to_finish_are_called_at_the_end() {
    watched(|watch| {
        let (running, input, mut hosts) = idle(watch);
        input.push(number(0)).unwrap();
        drop(input);
        let mut busy = hosts.remove(0);
        let portion = busy.take(1);
        for other in &mut hosts {
            other.wait();
            assert!(matches!(other.hand.take(1), Taken::Empty), "the last message is not done");
            while other.calls.try_recv().is_ok() {}
        }
        portion.iter().for_each(|message| pass(message, &mut busy.hand));
        // It gives, and is not heard of again: the others conclude.
        busy.hand.give();
        for other in &mut hosts {
            other.wait();
            assert!(matches!(other.hand.take(1), Taken::Ended));
        }
        assert_eq!(running.completed().unwrap().ledger.delivered, 1);
    });
}

#[test]
fn an_abort_and_a_failure_reach_every_idle_hand() {
    watched(|watch| {
        for fails in [false, true] {
            let (running, input, mut hosts) = idle(watch);
            let mut one = hosts.remove(0);
            if fails {
                one.hand.fail(Error::msg("planned"));
            } else {
                running.abort();
            }
            for other in &mut hosts {
                other.wait();
                assert!(matches!(other.hand.take(1), Taken::Ended));
            }
            assert!(running.completed().is_err());
            drop(input);
        }
    });
}
