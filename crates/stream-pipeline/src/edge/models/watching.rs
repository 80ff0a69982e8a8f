//! Those who watch from outside: the counts of an edge, and the changes of its pressure.

use super::*;
use crate::pressure::PressureWatch;
use crate::signal::Waker;
use crate::watch::EdgeWatch;
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

#[test]
fn no_drop_is_missed_between_the_making_of_a_watch_and_its_waker() {
    // Dropped since the watch was made, and whether the waker was armed and called.
    outcomes(THREE, [(0, false), (1, false), (1, true)], || {
        let edge = edge(1, OverflowPolicy::DropNewest, Levels::OFF);
        push(&edge, &[1]).unwrap();
        let called = Arc::new(std::sync::atomic::AtomicBool::new(false));
        let flag = Arc::clone(&called);
        let waker: Waker = Arc::new(move || flag.store(true, std::sync::atomic::Ordering::Relaxed));
        let board = Arc::clone(&edge.fixtures.pressure);
        let pusher = spawn(&edge, |edge| push(edge, &[2]).unwrap());
        let mut watch = EdgeWatch::new(&board, std::slice::from_ref(&edge));
        let armed = watch.call_when_changed(&waker);
        pusher.join().unwrap();
        let dropped = watch.take_changes().iter().map(|change| change.dropped_newest).sum::<u64>();
        let called = called.load(std::sync::atomic::Ordering::Relaxed);
        assert_eq!(called, armed && dropped > 0, "told of nothing, or not told");
        (dropped, called)
    });
}
