//! What starts and ends pressure, beside pushing and taking one by one.

use super::*;
use OverflowPolicy::{Block, DropOldest};

const LEVELS: Levels = Levels { high: 8, low: 4 };

#[test]
fn many_small_messages_that_make_room_for_a_large_one_take_the_pressure_with_them() {
    let edge = started(10, DropOldest, LEVELS, 20_000);
    edge.offer(batch_of(&vec![vec![0; 2_000]; 8]), Hold::AtHighMark).unwrap();
    assert!(edge.is_pressured());
    edge.offer_one(&mut vec![0; 5_000], Hold::AtHighMark).unwrap();
    assert_eq!((edge.fill(), edge.is_pressured()), (1, false));
}

#[test]
fn a_full_drop_oldest_edge_stays_pressured_while_the_oldest_give_way() {
    let edge = started(8, DropOldest, Levels { high: 8, low: 7 }, AMPLE);
    for _ in 0..100 {
        edge.offer_one(&mut vec![0], Hold::AtHighMark).unwrap();
    }
    assert_eq!((edge.is_pressured(), read(&edge.stats.pressured_count)), (true, 1));
}

#[test]
fn abort_and_a_receiver_who_goes_end_the_pressure() {
    for end in [Edge::abort, Edge::unclaim, Edge::give_up] {
        let edge = started(10, Block, LEVELS, AMPLE);
        edge.offer(batch_of(&vec![vec![0]; 9]), Hold::AtHighMark).unwrap();
        assert!(edge.is_pressured());
        end(&edge);
        assert_eq!((edge.is_pressured(), edge.fill(), edge.bytes()), (false, 0, 0));
    }
}

#[test]
fn what_was_pushed_before_the_start_holds_feeders_up_after_it() {
    let edge = edge(10, Block, LEVELS, AMPLE);
    edge.offer(batch_of(&vec![vec![0]; 9]), Hold::AtHighMark).unwrap();
    edge.offer_one(&mut vec![0], Hold::AtHighMark).unwrap();
    assert_eq!(edge.offer_one(&mut vec![0], Hold::AtHighMark).unwrap_err(), Refusal::NotStarted);
    edge.start();
    assert!(matches!(edge.take(1), Take::Batch(_)));
    assert_eq!(edge.offer_one(&mut vec![0], Hold::AtHighMark).unwrap_err(), Refusal::Full);
    edge.offer_one(&mut vec![0], Hold::WhenFull).unwrap();
}
