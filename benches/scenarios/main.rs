//! `cargo bench -p stream-pipeline`: the scenarios the engine was announced with, each with its load point, beside what
//! the machine itself allows.
//!
//! | file | what |
//! |---|---|
//! | `machine.rs` | what the machine allows without us: a sleep, a wake-up, a clock read |
//! | `load.rs` | messages offered at their intended times, however late the pipeline is |
//! | `line.rs` | a pipeline under such a load, and what comes out of it |
//! | `scenario.rs` | which loads each scenario is put under |
//! | `table.rs` | medians over the rounds, in columns |
//!
//! Rounds are interleaved (every scenario once per round), so that a disturbance hits all of them alike; the figures are
//! medians over the rounds. Latency is open loop, from the time a message was meant to be sent: a pipeline that falls
//! behind does not get fewer messages to be late with.

mod line;
mod load;
mod machine;
mod scenario;
mod table;

use std::time::{Duration, Instant};

use crate::scenario::Round;

/// Rounds that count, after one that does not; the issue asks for five at least.
const ROUNDS: usize = 7;

/// How long each load is kept up. At 1 k/s that is 500 messages, so P99 is the fifth latest of a round.
const SPELL: Duration = Duration::from_millis(500);

fn main() {
    // `cargo test --benches` runs this too: then it only shows that it works.
    let measuring = std::env::args().any(|argument| argument == "--bench");
    let (count, spell) = if measuring { (ROUNDS, SPELL) } else { (1, SPELL / 25) };
    let began = Instant::now();
    scenario::round(spell / 10);
    let rounds: Vec<Round> = (0..count).map(|_| scenario::round(spell)).collect();

    println!("\n{}", machine::description());
    println!(
        "{count} interleaved rounds, medians; messages of {} bytes; {:.0?} in all\n",
        line::BYTES,
        began.elapsed()
    );
    table::print(&rounds);
}
