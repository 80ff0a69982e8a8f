//! Those who watch from outside: the counts of an edge, and the changes of its pressure.

use super::*;
use crate::pressure::PressureWatch;
use OverflowPolicy::{Block, DropOldest};

#[test]
fn a_reader_never_sees_more_leave_than_enter_nor_more_than_fit() {
    // Dropped, left, admitted.
    let none = [(0, 0, 0), (0, 0, 1), (0, 0, 2), (0, 1, 1), (0, 1, 3), (0, 2, 3), (0, 2, 4)];
    let some = [(1, 1, 1), (1, 1, 3), (1, 2, 3), (1, 2, 4), (2, 2, 3), (2, 2, 4)];
    outcomes(THREE, none.into_iter().chain(some), || {
        let edge = edge(2, DropOldest, Levels { high: 2, low: 0 });
        let reader = spawn(&edge, |edge| {
            let dropped = read(&edge.stats.dropped_oldest);
            let (admitted, left) = edge.admitted_and_left();
            assert!(dropped <= left && left <= admitted && admitted <= left + 2, "{dropped} {left} {admitted}");
            let since_ns = &edge.stats.pressured_since_ns;
            assert!(!edge.is_pressured() || read(since_ns) > 0, "pressured since the beginning of time");
            (dropped, left, admitted)
        });
        push(&edge, &[1, 2, 3]).unwrap();
        push(&edge, &[4]).unwrap();
        let read = reader.join().unwrap();
        assert_settled(&edge, 4, 0);
        read
    });
}

#[test]
fn who_sees_the_abort_sees_what_it_counted() {
    outcomes(THREE, [(false, 0), (false, 1), (true, 1)], || {
        let edge = edge(1, Block, Levels::OFF);
        push(&edge, &[1]).unwrap();
        let reader = spawn(&edge, |edge| (edge.is_aborted(), read(&edge.stats.aborted)));
        edge.abort();
        reader.join().unwrap()
    });
}

fn watch(edge: &Edge) -> impl Iterator<Item = (bool, u64)> + 'static {
    let watch = PressureWatch::new(Arc::clone(&edge.fixtures.pressure), Arc::from([Arc::from("edge")]));
    watch.map(|change| (change.pressured, change.changes))
}

#[test]
fn a_watcher_who_waits_is_told_of_a_change() {
    // Pressured or not, and how often it changed since the last time.
    outcomes(THREE, [(true, 1), (false, 2)], || {
        let edge = edge(1, Block, Levels { high: 1, low: 0 });
        let mut changes = watch(&edge);
        let watcher = spawn(&edge, move |_| changes.next().unwrap());
        push(&edge, &[1]).unwrap();
        assert_eq!(take(&edge, 1), [1]);
        watcher.join().unwrap()
    });
}

#[test]
fn a_watcher_is_told_of_every_change_since_it_came_and_of_the_end() {
    let (up, down) = ((true, 1), (false, 1));
    outcomes(THREE, [vec![], vec![down], vec![up, down], vec![(false, 2)]], || {
        let edge = edge(1, Block, Levels { high: 1, low: 0 });
        let watcher = spawn(&edge, |edge| watch(edge).collect::<Vec<_>>());
        push(&edge, &[1]).unwrap();
        assert_eq!(take(&edge, 1), [1]);
        edge.fixtures.pressure.close();
        watcher.join().unwrap()
    });
}
