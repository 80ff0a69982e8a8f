//! Medians over the rounds, in columns.

use crate::load::Sample;
use crate::scenario::{Round, Row};

const HEAD: [&str; 8] = ["scenario", "load", "offered", "throughput", "CPU/msg", "P50", "P99", "announced"];

/// A load counts as kept up from this share on; below, its latencies say only how long it was kept up.
const KEPT_UP: f64 = 0.98;

/// Prints one line per row, and what belongs to none.
pub(crate) fn print(rounds: &[Round]) {
    let mut lines = vec![HEAD.map(str::to_owned)];
    for index in 0..rounds[0].rows.len() {
        lines.push(cells(rounds, index));
    }
    let widths: [usize; 8] =
        std::array::from_fn(|column| lines.iter().map(|line| line[column].len()).max().unwrap_or(0));
    for (index, line) in lines.iter().enumerate() {
        let new_scenario = index > 0 && line[0] != lines[index - 1][0];
        if new_scenario {
            println!("{}", "-".repeat(widths.iter().sum::<usize>() + 2 * widths.len()));
        }
        let cells = line.iter().zip(widths).enumerate().map(|(column, (cell, width))| match column {
            // Said once is enough.
            0 if index > 0 && !new_scenario => " ".repeat(width),
            0 | 1 | 7 => format!("{cell:<width$}"),
            _ => format!("{cell:>width$}"),
        });
        let text = cells.collect::<Vec<_>>().join("  ");
        println!("{}", text.trim_end());
    }
    println!("\nclock read: {:.0} ns", median(rounds, |round| round.clock_read_ns));
    let share = 100.0 * median(rounds, |round| round.share_of_alone);
    println!("consumer of 100 us: {share:.1} % of what the same loop does without a pipeline in the same round");
    println!("latency: from the intended time of sending, the sender's own lateness included (see the machine alone)");
    println!("announced: throughput, or P50 and P99, without a load point");
}

fn cells(rounds: &[Round], index: usize) -> [String; 8] {
    let Row { scenario, load, floor, offered, .. } = &rounds[0].rows[index];
    let of = |figure: fn(&Sample) -> f64| median(rounds, |round| figure(&round.rows[index].sample));
    let per_second = of(|sample| sample.per_second);
    let offers = offered.map(|_| median(rounds, |round| round.rows[index].offered.unwrap_or(0.0)));
    let behind = offers.is_some_and(|offers| per_second < KEPT_UP * offers);
    let latency = |ns: f64| if ns == 0.0 { String::new() } else { time(ns) };
    let cpu_ns = of(|sample| sample.cpu_ns.unwrap_or(0.0));
    [
        (*scenario).to_owned(),
        (*load).to_owned(),
        offers.map_or_else(String::new, rate),
        rate(per_second) + if behind { " (behind)" } else { "" },
        latency(cpu_ns),
        latency(of(|sample| sample.p50_ns)),
        latency(of(|sample| sample.p99_ns)),
        (*floor).to_owned(),
    ]
}

fn median(rounds: &[Round], figure: impl Fn(&Round) -> f64) -> f64 {
    let mut figures: Vec<_> = rounds.iter().map(figure).collect();
    figures.sort_by(f64::total_cmp);
    figures[figures.len() / 2]
}

fn rate(per_second: f64) -> String {
    match per_second {
        millions if millions >= 1e6 => format!("{:.1} M/s", millions / 1e6),
        thousands if thousands >= 1e3 => format!("{:.1} k/s", thousands / 1e3),
        few => format!("{few:.0} /s"),
    }
}

fn time(ns: f64) -> String {
    match ns {
        millis if millis >= 1e6 => format!("{:.2} ms", millis / 1e6),
        micros if micros >= 1e3 => format!("{:.1} us", micros / 1e3),
        nanos => format!("{nanos:.0} ns"),
    }
}
