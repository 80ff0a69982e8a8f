//! A clock that jumps stalls nothing and lets loose no burst: not that of the wall, which the engine does not look at,
//! and not the monotonic one, which no kernel lets jump, but a machine that was put to sleep may.
//!
//! Each test runs again in a child process under libfaketime, which asks a file how far off the clocks are.

#[path = "../gate/mod.rs"]
mod gate;
mod jumping_clock;
mod trial;
mod waits;
#[path = "../watchdog/mod.rs"]
mod watchdog;

use std::time::{Duration, Instant};

use jumping_clock::{JumpingClock, Jumps};
use trial::{Trial, assert_no_longer_than};
use waits::{DEADLINE, assert_deadlines_are_kept, assert_waits_for_room_go_on};
use watchdog::watched;

/// In seconds.
const HOUR: i64 = 3600;

/// Longer than anything here lasts, shorter than every jump.
const MOMENT: Duration = Duration::from_secs(60);

#[test]
#[ignore = "needs libfaketime: npm run faults"]
fn the_wall_clock_may_jump_either_way() {
    let Some(clock) = JumpingClock::of_child("the_wall_clock_may_jump_either_way", Jumps::WallClock) else { return };
    watched(|watch| {
        let began = Instant::now();
        let mut trial = Trial::start(watch);
        for offset in [HOUR, 0, -HOUR, 365 * 24 * HOUR, -10 * HOUR, 0] {
            trial.pass_messages(|| clock.set(offset));
            trial.assert_no_burst();
        }
        assert_no_longer_than(began.elapsed(), &trial.end());
        assert_deadlines_are_kept(watch, DEADLINE, || clock.set(clock.offset() + HOUR));
        assert_deadlines_are_kept(watch, DEADLINE, || clock.set(clock.offset() - HOUR));
        assert!(began.elapsed() < MOMENT, "a stall");
    });
}

#[test]
#[ignore = "needs libfaketime: npm run faults"]
fn the_monotonic_clock_may_jump_ahead() {
    let Some(clock) = JumpingClock::of_child("the_monotonic_clock_may_jump_ahead", Jumps::EveryClock) else { return };
    watched(|watch| {
        let mut trial = Trial::start(watch);
        for hours in 1..=5 {
            trial.pass_messages(|| clock.set(hours * HOUR));
            trial.assert_no_burst();
            // The windows have moved on: what was measured before the jump is no longer in them, and that is all but the
            // hundred messages since, or one less where the first had passed already.
            for stage in trial.running.metrics().stages {
                assert!((99..=100).contains(&stage.latency.count), "{stage:?}");
            }
        }
        trial.end();
        assert_deadlines_are_kept(watch, Duration::ZERO, || clock.set(clock.offset() + HOUR));
    });
}

#[test]
#[ignore = "needs libfaketime: npm run faults"]
fn the_monotonic_clock_may_jump_back() {
    let Some(clock) = JumpingClock::of_child("the_monotonic_clock_may_jump_back", Jumps::EveryClock) else { return };
    watched(|watch| {
        let mut trial = Trial::start(watch);
        trial.pass_messages(|| ());
        for hours in 1..=3 {
            // Nothing is due before the clock has caught up, but messages do not wait for that.
            trial.pass_messages(|| clock.set(-hours * HOUR));
            assert_no_longer_than(MOMENT, &trial.running.metrics());
        }
        clock.set(0);
        trial.pass_messages(|| ());
        trial.assert_no_burst();
        trial.end();
        assert_waits_for_room_go_on(watch, || clock.set(clock.offset() - HOUR));
    });
}
