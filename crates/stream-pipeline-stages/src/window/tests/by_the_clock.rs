use serde_json::{Value, json};
use stream_pipeline::{Emitter, Stage};

use super::{at, counted, push, taken, timed};
use crate::window::WindowOptions;

fn result(start: i64, end: i64, n: u64) -> Value {
    json!({ "windowStart": start, "windowEnd": end, "n": n })
}

#[test]
fn without_a_time_windows_close_by_the_clock() {
    let (mut window, clock) = at(950, &counted(100));
    let mut out = Emitter::detached();
    assert_eq!(window.next_timer(), None);
    assert!(push(&mut window, &mut out, &[json!({}), json!({})]).is_empty());
    let early = clock.advance(49);
    assert!(push(&mut window, &mut out, &[json!({})]).is_empty());
    let due = window.next_timer().unwrap();
    assert_eq!(due, clock.advance(1));
    window.on_timer(early, &mut out).unwrap();
    assert!(taken(&mut out).is_empty());
    window.on_timer(due, &mut out).unwrap();
    assert_eq!(taken(&mut out), [result(900, 1000, 3)]);
    assert_eq!(window.next_timer(), None);
}

#[test]
fn a_message_after_the_end_of_a_window_closes_it_before_the_timer_does() {
    let (mut window, clock) = at(0, &counted(100));
    let mut out = Emitter::detached();
    push(&mut window, &mut out, &[json!({})]);
    clock.advance(250);
    assert_eq!(push(&mut window, &mut out, &[json!({})]), [result(0, 100, 1)]);
    window.finish(&mut out).unwrap();
    assert_eq!(taken(&mut out), [result(200, 300, 1)]);
}

#[test]
fn sliding_windows_by_the_clock_come_out_until_a_message_has_left_the_last() {
    let (mut window, clock) = at(0, &WindowOptions { every_ms: Some(100), ..counted(300) });
    let mut out = Emitter::detached();
    push(&mut window, &mut out, &[json!({})]);
    for end in [100, 200, 300] {
        let due = window.next_timer().unwrap();
        assert_eq!(due, clock.advance(100));
        window.on_timer(due, &mut out).unwrap();
        assert_eq!(taken(&mut out), [result(end - 300, end, 1)]);
    }
    assert_eq!(window.next_timer(), None);
}

#[test]
fn idle_input_closes_all_windows_and_what_comes_for_them_then_is_late() {
    let (mut window, clock) = at(0, &WindowOptions { idle_ms: Some(50), ..timed(100) });
    let mut out = Emitter::detached();
    push(&mut window, &mut out, &[json!({ "t": 10 })]);
    clock.advance(49);
    push(&mut window, &mut out, &[json!({ "t": 20 })]);
    let due = window.next_timer().unwrap();
    let early = clock.advance(49);
    assert_eq!(due, clock.advance(1));
    window.on_timer(early, &mut out).unwrap();
    assert!(taken(&mut out).is_empty());
    window.on_timer(due, &mut out).unwrap();
    assert_eq!(taken(&mut out), [result(0, 100, 2)]);
    assert_eq!(window.next_timer(), None);
    push(&mut window, &mut out, &[json!({ "t": 30 }), json!({ "t": 100 })]);
    window.finish(&mut out).unwrap();
    assert_eq!(taken(&mut out), [result(100, 200, 1)]);
}

#[test]
fn a_time_too_far_ahead_is_rejected_and_closes_nothing() {
    let options = WindowOptions { max_ahead_ms: 1000, ..timed(100) };
    let (mut window, _) = at(5000, &options);
    let mut out = Emitter::detached();
    push(&mut window, &mut out, &[json!({ "t": 5000 }), json!({ "t": 6000 })]);
    let error = window.process(br#"{ "t": 6001 }"#.to_vec()).unwrap_err().to_string();
    assert!(error.contains("1001 ms ahead") && error.contains("max_ahead_ms (1000)"), "{error}");
    window.finish(&mut out).unwrap();
    assert_eq!(taken(&mut out), [result(6000, 6100, 1)]);
}
