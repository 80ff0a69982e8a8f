//! The medians over the rounds of a case, as a line of the table and as a JSON object.

use comfy_table::{Cell as Field, CellAlignment, ContentArrangement, Table, presets};
use serde::Serialize;

use crate::cases::Case;
use crate::cell::Sample;
use crate::who::Who;

/// One contender in one case.
#[derive(Debug, Serialize)]
pub(crate) struct Row {
    pub(crate) case: String,
    pub(crate) who: &'static str,
    /// What goes from thread to thread.
    moves: &'static str,
    #[serde(flatten)]
    pub(crate) median: Sample,
    rounds: usize,
    /// The machine's load average.
    load: f64,
    /// Of the engine that was measured, with `+` if the tree had changes.
    commit: String,
    /// Of throughputs, or of P50 where messages are offered, or of time on a core where nothing moves: the median of the
    /// ratios within each round.
    #[serde(skip_serializing_if = "Option::is_none")]
    ratio_to_ours: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    p99_ratio_to_ours: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    cpu_ratio_to_ours: Option<f64>,
}

/// A figure of a sample, with its heading.
type Figure = (&'static str, fn(&Sample) -> Option<f64>);

const FIGURES: [Figure; 9] = [
    ("msg/s", |sample| sample.msgs_per_s),
    ("CPU ns/msg", |sample| sample.cpu_ns_per_msg),
    ("switches/1k", |sample| sample.ctx_switches_per_1k),
    ("P50 us", |sample| sample.p50_us),
    ("P99 us", |sample| sample.p99_us),
    ("P99.9 us", |sample| sample.p999_us),
    ("offered/s", |sample| sample.offered_per_s),
    ("upstream CPU %", |sample| sample.upstream_cpu_percent),
    ("CPU %", |sample| sample.cpu_percent),
];

fn median(mut values: Vec<f64>) -> Option<f64> {
    values.sort_by(f64::total_cmp);
    let middle = values.len() / 2;
    match values.len() {
        0 => None,
        odd if odd % 2 == 1 => Some(values[middle]),
        _ => Some(f64::midpoint(values[middle - 1], values[middle])),
    }
}

fn median_of(samples: &[Sample], figure: impl Fn(&Sample) -> Option<f64>) -> Option<f64> {
    median(samples.iter().filter_map(figure).collect())
}

fn ratio(theirs: &[Sample], ours: &[Sample], figure: impl Fn(&Sample) -> Option<f64>) -> Option<f64> {
    median(theirs.iter().zip(ours).filter_map(|(theirs, ours)| Some(figure(theirs)? / figure(ours)?)).collect())
}

/// A row for each contender, from what it did in each round.
pub(crate) fn rows(case: &Case, samples: &[(Who, Vec<Sample>)], load: f64, commit: &str) -> Vec<Row> {
    let ours = samples.iter().find(|(who, _)| *who == Who::Ours).map(|(_, samples)| samples.as_slice());
    let row = |(who, samples): &(Who, Vec<Sample>)| {
        let to_ours = |figure: fn(&Sample) -> Option<f64>| ratio(samples, ours?, figure);
        let main: fn(&Sample) -> Option<f64> = |sample| sample.p50_us.or(sample.cpu_percent).or(sample.msgs_per_s);
        Row {
            case: case.name.clone(),
            who: who.name(),
            moves: who.moves(case.setup.bytes, case.setup.batch > 1),
            median: Sample {
                msgs_per_s: median_of(samples, |sample| sample.msgs_per_s),
                cpu_ns_per_msg: median_of(samples, |sample| sample.cpu_ns_per_msg),
                ctx_switches_per_1k: median_of(samples, |sample| sample.ctx_switches_per_1k),
                p50_us: median_of(samples, |sample| sample.p50_us),
                p99_us: median_of(samples, |sample| sample.p99_us),
                p999_us: median_of(samples, |sample| sample.p999_us),
                upstream_cpu_percent: median_of(samples, |sample| sample.upstream_cpu_percent),
                cpu_percent: median_of(samples, |sample| sample.cpu_percent),
                offered_per_s: median_of(samples, |sample| sample.offered_per_s),
            },
            rounds: samples.len(),
            load,
            commit: commit.to_owned(),
            ratio_to_ours: to_ours(main),
            p99_ratio_to_ours: to_ours(|sample| sample.p99_us),
            cpu_ratio_to_ours: to_ours(|sample| sample.cpu_ns_per_msg),
        }
    };
    samples.iter().map(row).collect()
}

/// The rows of one case. Columns that none of them fills are left out.
pub(crate) fn table(rows: &[Row]) -> Table {
    let figures: Vec<&Figure> =
        FIGURES.iter().filter(|(_, figure)| rows.iter().any(|row| figure(&row.median).is_some())).collect();
    let mut table = Table::new();
    table.load_style(presets::UTF8_HORIZONTAL_ONLY).set_content_arrangement(ContentArrangement::Disabled);
    let latency = rows.iter().any(|row| row.p99_ratio_to_ours.is_some());
    let mut heading = vec!["who".to_owned()];
    heading.extend(figures.iter().map(|(name, _)| (*name).to_owned()));
    heading.push(if latency { "P50 to ours" } else { "to ours" }.to_owned());
    heading.extend(latency.then(|| "P99 to ours".to_owned()));
    heading.push("moves".to_owned());
    table.set_header(heading);
    for row in rows {
        let mut fields = vec![Field::new(row.who)];
        let right = |value: Option<f64>, suffix| {
            let text = value.map_or_else(String::new, |value| readable(value) + suffix);
            Field::new(text).set_alignment(CellAlignment::Right)
        };
        fields.extend(figures.iter().map(|(_, figure)| right(figure(&row.median), "")));
        fields.push(right(row.ratio_to_ours, " x"));
        fields.extend(latency.then(|| right(row.p99_ratio_to_ours, " x")));
        fields.push(Field::new(row.moves));
        table.add_row(fields);
    }
    table
}

/// Three digits that count.
fn readable(value: f64) -> String {
    let (scaled, unit) = match value.abs() {
        1e6.. => (value / 1e6, " M"),
        1e4.. => (value / 1e3, " k"),
        _ => (value, ""),
    };
    let digits = match scaled.abs() {
        100.0.. => 0,
        10.0.. => 1,
        1.0.. => 2,
        _ => 3,
    };
    format!("{scaled:.digits$}{unit}")
}
