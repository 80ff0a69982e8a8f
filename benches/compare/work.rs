//! Work of a known length that touches no memory, so that only the hand-over differs between contenders.

use std::hint::black_box;
use std::time::Instant;

/// Steps of the loop in [`work`] per microsecond on this machine, undisturbed: the best of several tries.
pub(crate) fn steps_per_us() -> f64 {
    const STEPS: u64 = 1_000_000;
    let timed = || {
        let began = Instant::now();
        work(STEPS);
        began.elapsed().as_secs_f64() * 1e6
    };
    let shortest_us = (0..20).map(|_| timed()).fold(f64::INFINITY, f64::min);
    STEPS as f64 / shortest_us
}

/// Each step needs the one before it.
pub(crate) fn work(steps: u64) {
    let mut state = black_box(steps);
    for _ in 0..steps {
        state = state.wrapping_mul(0x9E37_79B9_7F4A_7C15).rotate_left(23);
    }
    black_box(state);
}
