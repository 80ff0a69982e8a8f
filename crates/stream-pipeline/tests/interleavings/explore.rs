//! Runs a scenario in many orders.

use shuttle::rand::{Rng, thread_rng};
use shuttle::scheduler::{PctScheduler, RandomScheduler, ReplayScheduler, Scheduler};
use shuttle::{Config, MaxSteps, Runner};

/// Executions of a scenario, half of them by each scheduler, unless `SHUTTLE_TIMES` multiplies them.
const EXECUTIONS: usize = 4000;

/// Changes of priority in one execution: most faults between threads need two or three, and some a few more.
const DEPTH: usize = 5;

/// Far more steps than any scenario has; who takes more goes round in circles.
const MAX_STEPS: usize = 200_000;

/// More than shuttle's own: a reading of the latencies puts a histogram on the stack.
const STACK_BYTES: usize = 256 << 10;

/// Runs `scenario` by a scheduler that takes any thread at any time, and by one that lets a thread run on and interrupts
/// it a few times, which finds what the first does not: orders in which one thread is far ahead of another.
pub(crate) fn explore(scenario: fn()) {
    if let Ok(schedule) = std::env::var("SHUTTLE_REPLAY") {
        return run(ReplayScheduler::new_from_encoded(&schedule), scenario);
    }
    let times = std::env::var("SHUTTLE_TIMES").map_or(1, |times| times.parse().expect("SHUTTLE_TIMES is a number"));
    run(RandomScheduler::new(times * EXECUTIONS / 2), scenario);
    run(PctScheduler::new(DEPTH, times * EXECUTIONS / 2), scenario);
}

fn run(scheduler: impl Scheduler + 'static, scenario: fn()) {
    let mut config = Config::new();
    config.stack_size = STACK_BYTES;
    config.max_steps = MaxSteps::FailAfter(MAX_STEPS);
    // That memory order is not explored is known; loom does that.
    config.silence_warnings = true;
    Runner::new(scheduler, config).run(scenario);
}

/// A number below `end`, chosen anew for each execution and the same when it is replayed.
pub(crate) fn pick(end: usize) -> usize {
    thread_rng().gen_range(0..end)
}

pub(crate) fn one_of<T: Copy>(choices: &[T]) -> T {
    choices[pick(choices.len())]
}
