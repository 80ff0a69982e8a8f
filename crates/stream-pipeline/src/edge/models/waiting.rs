//! Producers wait for room, and are woken when there is some.

use super::*;
use OverflowPolicy::Block;

#[test]
fn a_producer_that_parks_at_a_full_ring_is_woken_by_the_consumer() {
    outcomes(TWO, [vec![1, 2, 3]], || {
        let edge = edge(1, Block, Levels::OFF);
        let consumer = spawn(&edge, |edge| take_all(edge, 3));
        push(&edge, &[1, 2, 3]).unwrap();
        let taken = consumer.join().unwrap();
        assert_settled(&edge, 3, 3);
        taken
    });
}

#[test]
fn a_producer_that_parks_at_a_full_byte_budget_is_woken_by_the_consumer() {
    outcomes(THREE, [vec![2, 3]], || {
        let large = |message: u8| [&[message; 6000][..]].into_iter().collect();
        let edge = edge_of(4, Block, Levels::OFF, 10_000);
        edge.offer(large(1), Hold::AtHighMark).unwrap();
        // It stays in the ring: an empty one would take a batch of any size.
        push(&edge, &[2]).unwrap();
        let consumer = spawn(&edge, |edge| take(edge, 1));
        edge.publish(large(3), Hold::AtHighMark, None, &mut 0, |_| ()).unwrap();
        assert_eq!(consumer.join().unwrap(), [1]);
        let rest = take_rest(&edge);
        assert_settled(&edge, 3, 3);
        rest
    });
}

#[test]
fn a_producer_held_up_by_the_high_mark_is_woken_at_the_low_one() {
    outcomes(TWO, [0, 1], || {
        let edge = edge(3, Block, Levels { high: 3, low: 1 });
        let consumer = spawn(&edge, |edge| take_all(edge, 4));
        push(&edge, &[1]).unwrap();
        push(&edge, &[2, 3]).unwrap();
        push(&edge, &[4]).unwrap();
        assert_eq!(consumer.join().unwrap(), [1, 2, 3, 4]);
        assert_settled(&edge, 4, 4);
        read(&edge.stats.pressured_count)
    });
}

#[test]
fn a_ring_emptied_while_its_producer_sets_the_mark_does_not_stay_pressured() {
    outcomes(THREE, [0, 1, 2], || {
        let edge = edge(1, Block, Levels { high: 1, low: 0 });
        let consumer = spawn(&edge, |edge| take_all(edge, 2));
        push(&edge, &[1]).unwrap();
        push(&edge, &[2]).unwrap();
        assert_eq!(consumer.join().unwrap(), [1, 2]);
        assert_settled(&edge, 2, 2);
        read(&edge.stats.pressured_count)
    });
}

#[test]
fn a_pressured_edge_takes_nothing_before_its_fill_has_fallen_to_the_low_mark() {
    outcomes(THREE, [(false, false, 1), (false, true, 1), (true, true, 2)], || {
        let edge = edge(3, Block, Levels { high: 3, low: 1 });
        push(&edge, &[1, 2, 3]).unwrap();
        let consumer = spawn(&edge, |edge| [take(edge, 1), take(edge, 1)].concat());
        let [first, second] = [4, 5].map(|message| {
            let entered = edge.offer(batch(&[message]), Hold::AtHighMark).is_ok();
            assert!(!entered || read(&edge.left.messages) == 2, "let in above the low mark");
            entered
        });
        assert_eq!(consumer.join().unwrap(), [1, 2]);
        assert_settled(&edge, 3 + usize::from(first) + usize::from(second), 2);
        (first, second, read(&edge.stats.pressured_count))
    });
}
