//! What a watchdog tells: of a pipeline its ledger, a table of its stages, a table of its edges; and the threads.

use std::fmt::Write;
use std::time::Duration;

use stream_pipeline::{EdgeMetrics, Metrics, StageMetrics};

const STAGE: [&str; 12] = [
    "stage",
    "state",
    "received",
    "created",
    "emitted",
    "absorbed",
    "failed",
    "aborted",
    "in hand",
    "busy",
    "idle",
    "backpressured",
];

const EDGE: [&str; 15] = [
    "edge",
    "fill",
    "highest",
    "low",
    "high",
    "capacity",
    "bytes",
    "pressured",
    "times",
    "for",
    "entered",
    "taken",
    "dropped",
    "discarded",
    "aborted",
];

pub(super) fn pipeline(text: &mut String, metrics: &Metrics) {
    let _ = writeln!(text, "after {:.1?}, balance {}: {:?}", metrics.uptime, metrics.ledger.balance(), metrics.ledger);
    table(text, STAGE, metrics.stages.iter().map(stage));
    table(text, EDGE, metrics.edges.iter().map(edge));
}

/// The threads of this process, each with what the kernel says it does.
pub(super) fn threads(text: &mut String) {
    let read = |file: &std::path::Path| std::fs::read_to_string(file).unwrap_or_default();
    for task in std::fs::read_dir("/proc/self/task").into_iter().flatten().flatten() {
        let status = read(&task.path().join("status"));
        let field = |name: &str| status.lines().find_map(|line| line.strip_prefix(name)).unwrap_or_default().trim();
        let _ = writeln!(text, "  thread {:<15}  {}", field("Name:"), field("State:"));
    }
}

fn stage(stage: &StageMetrics) -> [String; STAGE.len()] {
    [
        stage.name.to_string(),
        stage.state.as_str().to_owned(),
        stage.received.to_string(),
        stage.created.to_string(),
        stage.emitted.to_string(),
        stage.absorbed.to_string(),
        stage.failed.to_string(),
        stage.aborted.to_string(),
        stage.in_hand().to_string(),
        short(stage.busy),
        short(stage.idle),
        short(stage.backpressured),
    ]
}

fn edge(edge: &EdgeMetrics) -> [String; EDGE.len()] {
    let mark = |mark: Option<u64>| mark.map_or_else(|| "off".to_owned(), |messages| messages.to_string());
    [
        format!("> {}", edge.name),
        edge.fill.to_string(),
        edge.highest_fill.to_string(),
        mark(edge.low),
        mark(edge.high),
        edge.capacity.to_string(),
        edge.bytes.to_string(),
        if edge.pressured { "yes" } else { "no" }.to_owned(),
        edge.pressured_count.to_string(),
        short(edge.pressured_time),
        edge.entered.to_string(),
        edge.taken.to_string(),
        edge.dropped().to_string(),
        edge.discarded.to_string(),
        edge.aborted.to_string(),
    ]
}

fn short(time: Duration) -> String {
    format!("{time:.1?}")
}

/// Names to the left, figures to the right, each column as wide as its widest.
fn table<const N: usize>(text: &mut String, head: [&str; N], rows: impl Iterator<Item = [String; N]>) {
    let mut lines = vec![head.map(str::to_owned)];
    lines.extend(rows);
    let widths: [usize; N] =
        std::array::from_fn(|column| lines.iter().map(|line| line[column].chars().count()).max().unwrap_or(0));
    for line in &lines {
        let _ = write!(text, "  {:<1$}", line[0], widths[0]);
        for (cell, width) in line.iter().zip(widths).skip(1) {
            let _ = write!(text, "  {cell:>width$}");
        }
        text.push('\n');
    }
}
