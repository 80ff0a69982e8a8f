//! Messages pass from producers to consumers: each once, in order, and none stays behind.

use super::*;
use OverflowPolicy::Block;

#[test]
fn what_is_pushed_while_the_consumer_takes_comes_out_once_and_in_order() {
    let expected = [[vec![], vec![]], [vec![], vec![1, 2]], [vec![1, 2], vec![]], [vec![1, 2], vec![3]]];
    outcomes(THREE, expected, || {
        let edge = edge(8, Block, Levels::OFF);
        let consumer = spawn(&edge, |edge| {
            let first = take(edge, 8);
            let (admitted, left) = edge.admitted_and_left();
            assert!(left == first.len() as u64 && left <= admitted, "{left} left, {admitted} admitted");
            [first, take(edge, 8)]
        });
        push(&edge, &[1, 2]).unwrap();
        edge.publish_one(&mut vec![3], None).unwrap();
        let taken = consumer.join().unwrap();
        assert_eq!([taken.concat(), take_rest(&edge)].concat(), [1, 2, 3]);
        assert_settled(&edge, 3, 3);
        taken
    });
}

#[test]
fn a_producer_that_goes_quiet_strands_nothing_it_staged() {
    outcomes(THREE, [vec![vec![1], vec![2]], vec![vec![1, 2]]], || {
        let edge = edge(8, Block, Levels::OFF);
        let consumer = spawn(&edge, |edge| {
            let first = take_waiting(edge, 8);
            if first.len() == 2 { vec![first] } else { vec![first, take_waiting(edge, 8)] }
        });
        edge.publish_one(&mut vec![1], None).unwrap();
        edge.publish_one(&mut vec![2], None).unwrap();
        let taken = consumer.join().unwrap();
        assert_settled(&edge, 2, 2);
        taken
    });
}

#[test]
fn a_small_batch_staged_behind_a_ring_that_is_being_emptied_is_not_stranded() {
    let one_by_one = vec![vec![1], vec![2], vec![3]];
    outcomes(TWO, [one_by_one, vec![vec![1], vec![2, 3]]], || {
        // From a capacity of 32 on, a batch of one message counts as small.
        let edge = edge(32, Block, Levels::OFF);
        let consumer = spawn(&edge, |edge| {
            let mut taken = Vec::new();
            while taken.iter().map(Vec::len).sum::<usize>() < 3 {
                taken.push(take_waiting(edge, 8));
            }
            taken
        });
        for message in 1..=3 {
            push(&edge, &[message]).unwrap();
        }
        let taken = consumer.join().unwrap();
        assert_settled(&edge, 3, 3);
        taken
    });
}

#[test]
fn the_messages_of_each_of_two_producers_stay_in_order() {
    let orders = [[1, 2, 11], [1, 11, 2], [11, 1, 2]];
    outcomes(TWO, orders.map(Vec::from), || {
        let edge = edge(1, Block, Levels::OFF);
        let one = spawn(&edge, |edge| push(edge, &[1, 2]).unwrap());
        let other = spawn(&edge, |edge| edge.publish_one(&mut vec![11], None).unwrap());
        let taken = take_all(&edge, 3);
        one.join().unwrap();
        other.join().unwrap();
        assert_settled(&edge, 3, 3);
        taken
    });
}

#[test]
fn two_consumers_that_split_batches_lose_and_repeat_nothing() {
    let expected = [(1, 2), (2, 1), (1, 3), (3, 1)];
    outcomes(THREE, expected, || {
        let edge = edge(4, Block, Levels::OFF);
        push(&edge, &[1, 2]).unwrap();
        push(&edge, &[3, 4]).unwrap();
        let other = spawn(&edge, |edge| take(edge, 1));
        let one = take(&edge, 1);
        let other = other.join().unwrap();
        let mut all = [one.clone(), other.clone(), take_rest(&edge)].concat();
        all.sort_unstable();
        assert_eq!(all, [1, 2, 3, 4]);
        assert_settled(&edge, 4, 4);
        (one[0], other[0])
    });
}
