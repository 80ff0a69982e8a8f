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

/// A message of 6000 bytes.
fn large(message: u8) -> Batch {
    [&[message; 6000][..]].into_iter().collect()
}

#[test]
fn a_producer_that_parks_at_a_full_byte_budget_is_woken_by_the_consumer() {
    outcomes(THREE, [vec![2, 3]], || {
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

/// An edge with 12,000 bytes in two messages of its 14,000: above the high mark, and half of them above the low one.
fn edge_held_by_its_bytes() -> Arc<Edge> {
    let edge = edge_of(4, Block, Levels { high: 4, low: 3 }, 14_000);
    edge.offer(large(1), Hold::AtHighMark).unwrap();
    edge.offer(large(2), Hold::AtHighMark).unwrap();
    assert!(edge.is_pressured());
    edge
}

#[test]
fn a_producer_held_up_by_bytes_is_woken_at_the_low_mark_of_the_bytes() {
    outcomes(THREE, [(vec![1, 2], 1)], || {
        let edge = edge_held_by_its_bytes();
        let consumer = spawn(&edge, |edge| [take(edge, 1), take(edge, 1)].concat());
        push(&edge, &[3]).unwrap();
        assert_eq!(read(&edge.left.messages), 2, "let in above the low mark");
        let taken = consumer.join().unwrap();
        assert!(!edge.is_pressured());
        assert_settled(&edge, 3, 2);
        (taken, read(&edge.stats.pressured_count))
    });
}

#[test]
fn close_and_abort_end_the_wait_for_the_low_mark_of_the_bytes() {
    // How many messages were taken first: an abort leaves none.
    let ends: [(fn(&Edge), _, _); 2] =
        [(Edge::close, Refusal::Closed, vec![1]), (Edge::abort, Refusal::Aborted, vec![0, 1])];
    for (end, refusal, expected) in ends {
        outcomes(THREE, expected, move || {
            let edge = edge_held_by_its_bytes();
            let consumer = spawn(&edge, |edge| take(edge, 1).len());
            let ender = spawn(&edge, end);
            assert_eq!(push(&edge, &[3]), Err((vec![3], Some(refusal))), "half of the bytes are above the low mark");
            ender.join().unwrap();
            let taken = consumer.join().unwrap();
            assert_settled(&edge, 2, taken);
            taken
        });
    }
}

#[test]
fn a_producer_refused_for_want_of_bytes_is_woken_though_the_edge_is_emptied_while_it_sets_the_mark() {
    outcomes(THREE, [0, 1], || {
        let edge = edge_of(4, Block, Levels { high: 4, low: 3 }, 10_000);
        edge.offer(large(1), Hold::AtHighMark).unwrap();
        assert!(!edge.is_pressured());
        let consumer = spawn(&edge, |edge| take(edge, 1));
        edge.publish(large(2), Hold::AtHighMark, None, &mut 0, |_| ()).unwrap();
        assert_eq!(consumer.join().unwrap(), [1]);
        assert_settled(&edge, 2, 1);
        read(&edge.stats.pressured_count)
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
