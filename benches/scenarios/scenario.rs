//! Which loads each scenario is put under, in one round.

use std::thread;
use std::time::Duration;

use crate::line::{NAP, Push, Stages, saturated, under_load, worked_off};
use crate::load::{Sample, harness_alone};
use crate::machine;

/// One row of the table, in one round.
pub(crate) struct Row {
    pub(crate) scenario: &'static str,
    pub(crate) load: &'static str,
    pub(crate) floor: &'static str,
    /// Messages offered per second; `None` where as many as possible are.
    pub(crate) offered: Option<f64>,
    pub(crate) sample: Sample,
}

/// What one round showed; the same rows in each.
pub(crate) struct Round {
    pub(crate) rows: Vec<Row>,
    pub(crate) clock_read_ns: f64,
    /// What the consumer of 100 us does in a pipeline, as a share of what it does alone.
    pub(crate) share_of_alone: f64,
}

const LIGHT: f64 = 1e3;
const MODERATE: f64 = 50e3;

/// Everything once.
pub(crate) fn round(spell: Duration) -> Round {
    let mut rows = Vec::new();
    let machine = "the machine alone";
    let alone = machine::repeated(spell / 2, || thread::sleep(NAP));
    rows.push(row(machine, "sleep of 100 us", "", None, alone));
    rows.push(row(machine, "wake-up there and back", "", None, machine::wake_round_trip(spell / 2)));
    for (load, per_second) in [("sender at 1 k/s", LIGHT), ("sender at 50 k/s", MODERATE)] {
        rows.push(row(machine, load, "", Some(per_second), harness_alone(per_second, spell / 2)));
    }
    passthrough(&mut rows, "one passthrough stage", 1, ["> 1 M/s", "~1 us, ~5 us"], spell);
    passthrough(&mut rows, "three passthrough stages", 3, ["> 500 k/s", "~3 us, ~15 us"], spell);
    let share_of_alone = slow_consumer(&mut rows, alone, spell);
    Round { rows, clock_read_ns: machine::clock_read_ns(), share_of_alone }
}

fn row(scenario: &'static str, load: &'static str, floor: &'static str, offered: Option<f64>, sample: Sample) -> Row {
    Row { scenario, load, floor, offered, sample }
}

fn passthrough(rows: &mut Vec<Row>, name: &'static str, count: usize, floors: [&'static str; 2], spell: Duration) {
    let stages = Stages::Passthrough(count);
    let batches = saturated(stages, Push::Batches, spell);
    rows.push(row(name, "all it takes, batches", floors[0], None, batches));
    rows.push(row(name, "all it takes, singly", floors[0], None, saturated(stages, Push::Singly, spell)));
    let half = batches.per_second / 2.0;
    for (load, per_second) in [("1 k/s", LIGHT), ("50 k/s", MODERATE), ("50 % of batches", half)] {
        rows.push(row(name, load, floors[1], Some(per_second), under_load(stages, per_second, spell)));
    }
}

/// Returns its throughput as a share of what the same consumer does in a bare loop, before and after.
fn slow_consumer(rows: &mut Vec<Row>, before: Sample, spell: Duration) -> f64 {
    let name = "consumer of 100 us";
    let per_second = worked_off(Stages::Slow, spell);
    let after = machine::repeated(spell / 2, || thread::sleep(NAP));
    let busy = Sample { per_second, p50_ns: 0.0, p99_ns: 0.0, cpu_ns: None };
    rows.push(row(name, "all it takes", "~8 k/s, or 97 % of alone", None, busy));
    for (load, offered) in [("1 k/s", LIGHT), ("50 % of that", per_second / 2.0)] {
        let sample = under_load(Stages::Slow, offered, spell);
        rows.push(row(name, load, "~150 us, ~500 us", Some(offered), sample));
    }
    per_second / before.per_second.midpoint(after.per_second)
}
