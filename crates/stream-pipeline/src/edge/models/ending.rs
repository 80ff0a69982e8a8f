//! Every wait ends on close, on abort and when the receiver goes, and every message is accounted for.

use super::*;
use OverflowPolicy::Block;

#[test]
fn close_ends_a_blocked_push_and_hands_its_message_back() {
    outcomes(TWO, [Ok(()), Err((vec![2], Some(Refusal::Closed)))], || {
        let edge = edge(1, Block, Levels::OFF);
        push(&edge, &[1]).unwrap();
        let consumer = spawn(&edge, |edge| take(edge, 1));
        let closer = spawn(&edge, Edge::close);
        let pushed = push(&edge, &[2]);
        let taken = consumer.join().unwrap();
        closer.join().unwrap();
        let all = [taken, take_rest(&edge)].concat();
        assert_eq!(all, if pushed.is_ok() { vec![1, 2] } else { vec![1] });
        assert_settled(&edge, all.len(), all.len());
        pushed
    });
}

#[test]
fn close_alone_ends_a_blocked_push() {
    outcomes(THREE, [Err((vec![2], Some(Refusal::Closed)))], || {
        let edge = edge(1, Block, Levels { high: 1, low: 0 });
        push(&edge, &[1]).unwrap();
        let closer = spawn(&edge, Edge::close);
        let pushed = push(&edge, &[2]);
        closer.join().unwrap();
        assert_settled(&edge, 1, 0);
        pushed
    });
}

#[test]
fn close_ends_a_blocked_pop_after_the_last_message() {
    outcomes(THREE, [vec![vec![], vec![]], vec![vec![1], vec![]]], || {
        let edge = edge(2, Block, Levels::OFF);
        let producer = spawn(&edge, |edge| edge.publish_one(&mut vec![1], None).is_ok());
        let consumer = spawn(&edge, |edge| vec![take_waiting(edge, 1), take_waiting(edge, 1)]);
        edge.close();
        let entered = usize::from(producer.join().unwrap());
        let taken = consumer.join().unwrap();
        assert_settled(&edge, entered, entered);
        taken
    });
}

#[test]
fn abort_leaves_every_message_taken_aborted_or_handed_back() {
    // What was taken, how many were aborted, what came back.
    let expected = [
        (vec![], 0, vec![1, 2]),
        (vec![], 1, vec![2]),
        (vec![1], 0, vec![2]),
        (vec![1], 1, vec![]),
        (vec![1, 2], 0, vec![]),
    ];
    outcomes(TWO, expected, || {
        let edge = edge(1, Block, Levels { high: 1, low: 0 });
        let consumer = spawn(&edge, |edge| [take_waiting(edge, 1), take_waiting(edge, 1)].concat());
        let killer = spawn(&edge, Edge::abort);
        let back = match push(&edge, &[1, 2]) {
            Ok(()) => vec![],
            Err((back, refusal)) => {
                assert_eq!(refusal, Some(Refusal::Aborted));
                back
            }
        };
        let taken = consumer.join().unwrap();
        killer.join().unwrap();
        let aborted = read(&edge.stats.aborted);
        assert_eq!(edge.fill(), 0);
        assert_settled(&edge, 2 - back.len(), taken.len());
        (taken, aborted, back)
    });
}

#[test]
fn abort_during_a_split_counts_what_was_out_of_the_ring() {
    outcomes(THREE, [(vec![], 3), (vec![1], 2), (vec![1, 2], 1)], || {
        let edge = edge(3, Block, Levels { high: 3, low: 1 });
        push(&edge, &[1, 2, 3]).unwrap();
        let consumer = spawn(&edge, |edge| [take(edge, 1), take(edge, 1)].concat());
        edge.abort();
        let taken = consumer.join().unwrap();
        assert_eq!(edge.fill(), 0);
        assert_settled(&edge, 3, taken.len());
        (taken, read(&edge.stats.aborted))
    });
}

#[test]
fn close_and_abort_at_once_end_in_abort() {
    outcomes(THREE, [(true, 1)], || {
        let edge = edge(1, Block, Levels::OFF);
        push(&edge, &[1]).unwrap();
        let closer = spawn(&edge, Edge::close);
        edge.abort();
        closer.join().unwrap();
        assert_settled(&edge, 1, 0);
        (edge.is_aborted(), read(&edge.stats.aborted))
    });
}

#[test]
fn a_push_that_waits_for_a_receiver_who_goes_is_let_pass() {
    for gone in [Edge::unclaim, Edge::give_up] {
        outcomes(THREE, [()], move || {
            let edge = edge(1, Block, Levels { high: 1, low: 0 });
            push(&edge, &[1]).unwrap();
            let receiver = spawn(&edge, gone);
            push(&edge, &[2]).unwrap();
            edge.publish_one(&mut vec![3], None).unwrap();
            receiver.join().unwrap();
            assert_eq!(read(&edge.stats.discarded) + read(&edge.stats.dropped_closed), 3);
            assert_settled(&edge, 3, 0);
        });
    }
}

#[test]
fn a_dropped_edge_frees_what_is_still_in_it() {
    // Loom reports a batch that stays in the ring of a dropped edge.
    outcomes(THREE, [vec![1]], || {
        let edge = edge(4, Block, Levels::OFF);
        push(&edge, &[1, 2]).unwrap();
        push(&edge, &[3]).unwrap();
        let consumer = spawn(&edge, |edge| take(edge, 1));
        edge.publish_one(&mut vec![4], None).unwrap();
        edge.close();
        drop(edge);
        consumer.join().unwrap()
    });
}
