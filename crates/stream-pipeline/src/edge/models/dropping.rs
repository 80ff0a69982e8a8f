//! The policies that lose messages lose exactly those they should.

use super::*;
use OverflowPolicy::{DropNewest, DropOldest, Error};

#[test]
fn drop_oldest_keeps_exactly_the_newest_while_the_consumer_takes() {
    // Two takes, what is left, and how many were dropped: the outcomes of every sequential order.
    let expected = [
        (vec![], vec![], vec![2, 3], 1),
        (vec![], vec![1], vec![2, 3], 0),
        (vec![], vec![2], vec![3], 1),
        (vec![1], vec![], vec![2, 3], 0),
        (vec![1], vec![2], vec![3], 0),
        (vec![2], vec![3], vec![], 1),
    ];
    outcomes(TWO, expected, || {
        let edge = edge(2, DropOldest, Levels { high: 2, low: 0 });
        let consumer = spawn(&edge, |edge| (take(edge, 1), take(edge, 1)));
        push(&edge, &[1]).unwrap();
        edge.publish_one(&mut vec![2], None).unwrap();
        push(&edge, &[3]).unwrap();
        let (first, second) = consumer.join().unwrap();
        let rest = take_rest(&edge);
        assert_settled(&edge, 3, first.len() + second.len() + rest.len());
        (first, second, rest, read(&edge.stats.dropped_oldest))
    });
}

#[test]
fn drop_oldest_cuts_into_a_batch_that_the_consumer_splits() {
    let expected = [(vec![1], vec![2, 3, 4], 0), (vec![2], vec![3, 4], 1)];
    outcomes(THREE, expected, || {
        let edge = edge(3, DropOldest, Levels::OFF);
        push(&edge, &[1, 2, 3]).unwrap();
        let consumer = spawn(&edge, |edge| take(edge, 1));
        push(&edge, &[4]).unwrap();
        let taken = consumer.join().unwrap();
        let rest = take_rest(&edge);
        assert_settled(&edge, 4, 1 + rest.len());
        (taken, rest, read(&edge.stats.dropped_oldest))
    });
}

#[test]
fn a_full_drop_oldest_edge_never_looks_empty_while_single_messages_replace_each_other() {
    outcomes(THREE, [vec![1], vec![2], vec![3]], || {
        let edge = edge(2, DropOldest, Levels::OFF);
        push(&edge, &[1, 2]).unwrap();
        let consumer = spawn(&edge, |edge| take(edge, 1));
        push(&edge, &[3]).unwrap();
        push(&edge, &[4]).unwrap();
        let taken = consumer.join().unwrap();
        let rest = take_rest(&edge);
        assert_settled(&edge, 4, 1 + rest.len());
        taken
    });
}

#[test]
fn drop_newest_drops_only_what_finds_a_full_ring() {
    let expected = [(vec![1], vec![], 1), (vec![1], vec![2], 0)];
    outcomes(THREE, expected, || {
        let edge = edge(1, DropNewest, Levels { high: 1, low: 0 });
        push(&edge, &[1]).unwrap();
        let consumer = spawn(&edge, |edge| take(edge, 1));
        push(&edge, &[2]).unwrap();
        let taken = consumer.join().unwrap();
        let rest = take_rest(&edge);
        assert_settled(&edge, 2, 1 + rest.len());
        (taken, rest, read(&edge.stats.dropped_newest))
    });
}

#[test]
fn the_error_policy_refuses_only_what_finds_a_full_ring() {
    // It never becomes empty: there is room for one message as soon as one was taken.
    let expected = [Ok(()), Err((vec![3], Some(Refusal::Overflow)))];
    outcomes(THREE, expected, || {
        let edge = edge(2, Error, Levels::OFF);
        push(&edge, &[1]).unwrap();
        push(&edge, &[2]).unwrap();
        let consumer = spawn(&edge, |edge| take(edge, 1));
        let pushed = push(&edge, &[3]);
        assert_eq!(consumer.join().unwrap(), [1]);
        assert_settled(&edge, 2 + usize::from(pushed.is_ok()), 1);
        pushed
    });
}
