//! `cargo bench --bench compare`: the engine beside what a Rust user would take instead.
//!
//! | file | what |
//! |---|---|
//! | `cases.rs` | which chains, under which loads, and who takes part |
//! | `who.rs` | the contenders by name |
//! | `contenders/` | how each of them carries messages |
//! | `cell.rs` | one contender in one case, measured once, in a process of its own |
//! | `load.rs` | messages offered at their intended times |
//! | `payload.rs`, `work.rs`, `usage.rs` | bytes that are written and read, work of a known length, what was used |
//! | `builds.rs` | this program again: on one core, or compiled without measurement |
//! | `row.rs` | medians over the rounds, as table and JSON |
//! | `machine.rs`, `results.rs` | where the figures come from, and where they are kept |
//!
//! Within a round each contender of a case has its turn, and each round begins with another one, so that a disturbance
//! hits all of them alike. Figures are medians over the rounds, ratios are medians of the ratios within a round.

mod builds;
mod cases;
mod cell;
mod contenders;
mod load;
mod machine;
mod payload;
mod results;
mod row;
mod usage;
mod who;
mod work;

use std::collections::HashMap;
use std::path::PathBuf;

use clap::Parser;
use indicatif::{ProgressBar, ProgressStyle};

use crate::builds::Builds;
use crate::cases::{Case, Demand};
use crate::cell::{Cell, Load, Sample};
use crate::machine::Machine;
use crate::row::Row;
use crate::who::Who;

/// The engine beside what a Rust user would take instead.
#[derive(Parser)]
struct Options {
    /// Only cases whose name contains one of these
    cases: Vec<String>,
    /// Rounds of each case (default: 5, of latencies 9)
    #[arg(long)]
    rounds: Option<usize>,
    /// Keep the JSON lines in this file too, in the place of older ones of the same cases; the first is the machine
    #[arg(long, value_name = "FILE")]
    save: Option<PathBuf>,
    /// Another build of this program, whose engine takes part in every case: so a change is measured
    #[arg(long, value_name = "PROGRAM")]
    against: Option<PathBuf>,
    /// Print the names of the cases and measure nothing
    #[arg(long)]
    list: bool,
    /// Measure this contender in this process, once
    #[arg(long, hide = true, num_args = 2, value_names = ["WHO", "CELL"])]
    cell: Option<Vec<String>>,
    /// Given by `cargo bench`; without it everything is tried once, as briefly as possible
    #[arg(long, hide = true)]
    bench: bool,
}

fn main() {
    let options = Options::parse();
    if let Some([who, cell]) = options.cell.as_deref() {
        let who: Who = serde_json::from_str(who).expect("this program wrote it");
        let cell: Cell = serde_json::from_str(cell).expect("this program wrote it");
        println!("{}", serde_json::to_string(&who.measure(&cell)).expect("figures are finite"));
        return;
    }
    let mut cases = cases::all(work::steps_per_us());
    cases.retain(|case| options.cases.is_empty() || options.cases.iter().any(|part| case.name.contains(part)));
    assert!(!cases.is_empty(), "no case has such a name; --list prints them");
    if options.list {
        for case in &cases {
            println!("{}", case.name);
        }
        return;
    }
    if !options.bench {
        for case in &mut cases {
            (case.rounds, case.spell_ms) = (1, 10);
        }
    }
    for case in &mut cases {
        case.rounds = options.rounds.unwrap_or(case.rounds);
        if options.against.is_some() {
            case.who.retain(|who| *who != Who::OursUnmeasured);
            case.who.push(Who::OursBefore);
        }
    }
    compare(&cases, options.save, options.against);
}

fn compare(cases: &[Case], save: Option<PathBuf>, against: Option<PathBuf>) {
    let machine = Machine::here();
    println!(
        "{}, {} cores; {}; {}; commit {}\n",
        machine.processor, machine.cores, machine.kernel, machine.toolchain, machine.commit
    );
    let total: usize = cases.iter().map(|case| case.rounds * case.who.len()).sum();
    let style =
        ProgressStyle::with_template("{bar:30} {pos}/{len} {elapsed} of {duration}  {msg}").expect("it is well-formed");
    let mut measurer = Measurer {
        builds: Builds::new(cases.iter().any(|case| case.who.contains(&Who::OursUnmeasured)), against),
        maxima: HashMap::new(),
        progress: ProgressBar::new(total as u64).with_style(style),
    };
    let mut all: Vec<Row> = Vec::new();
    for case in cases {
        let rows = row::rows(case, &measurer.rounds_of(case), machine::load_average(), &machine.commit);
        measurer.progress.suspend(|| println!("{}\n{}\n", case.name, row::table(&rows)));
        all.extend(rows);
    }
    measurer.progress.finish_and_clear();
    let lines: Vec<String> = all.iter().map(|row| serde_json::to_string(row).expect("figures are finite")).collect();
    println!("{}", lines.join("\n"));
    if let Some(path) = save {
        results::save(&path, &machine, &lines, &cases.iter().map(|case| case.name.as_str()).collect::<Vec<_>>());
    }
}

struct Measurer {
    builds: Builds,
    /// What each contender carries at most, one by one, through so many stages.
    maxima: HashMap<(Who, usize), f64>,
    progress: ProgressBar,
}

impl Measurer {
    fn rounds_of(&mut self, case: &Case) -> Vec<(Who, Vec<Sample>)> {
        self.progress.set_message(case.name.clone());
        let mut samples: Vec<(Who, Vec<Sample>)> = case.who.iter().map(|&who| (who, Vec::new())).collect();
        for round in 0..case.rounds {
            for turn in 0..samples.len() {
                let (who, of_who) = &mut samples[(round + turn) % case.who.len()];
                of_who.push(self.measure(case, *who));
                self.progress.inc(1);
            }
        }
        samples
    }

    fn measure(&mut self, case: &Case, who: Who) -> Sample {
        let load = match case.demand {
            Demand::Fixed(load) => load,
            Demand::HalfOfMaximum => Load::Offered { per_second: self.maximum(case, who) / 2.0 },
        };
        self.builds.run(case.one_core, who, &Cell { setup: case.setup, load, spell_ms: case.spell_ms })
    }

    fn maximum(&mut self, case: &Case, who: Who) -> f64 {
        let stages = case.setup.stages;
        // The harness is offered what we are.
        let who = if who == Who::Base { Who::Ours } else { who };
        if let Some(&known) = self.maxima.get(&(who, stages)) {
            return known;
        }
        let mut alone = cases::maximum(stages);
        alone.who = vec![who];
        let samples = (0..3).map(|_| self.measure(&alone, who));
        let mut found: Vec<f64> = samples.filter_map(|sample| sample.msgs_per_s).collect();
        found.sort_by(f64::total_cmp);
        self.maxima.insert((who, stages), found[1]);
        found[1]
    }
}
