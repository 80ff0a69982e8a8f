//! Metrics of a pipeline, read while it runs.
//!
//! Invariant: read from the output towards the input, and at each place what leaves before what enters: so a reading
//! never shows more leaving than entered, though nothing is stopped for it.

use std::sync::Arc;
use std::time::Duration;

use super::run::Run;
use crate::edge::{Edge, read as load};
use crate::metrics::{EdgeMetrics, Ledger, Metrics};
use crate::sync::Ordering;

pub(super) fn read(run: &Run) -> Metrics {
    let now_ns = run.fixtures.clock.now_ns();
    let started_ns = run.started_ns.load(Ordering::Relaxed);
    // What the stages show is their time up to the end, whenever it is asked for.
    let until_ns = match run.ended_ns.load(Ordering::Relaxed) {
        0 => now_ns,
        ended_ns => ended_ns,
    };
    let uptime = Duration::from_nanos(if started_ns == 0 { 0 } else { until_ns.saturating_sub(started_ns) });
    let delivered_by_handle = load(&run.deliveries.delivered);
    let dropped_by_handle = load(&run.deliveries.dropped);
    let mut edges = Vec::with_capacity(run.edges.len());
    let mut stages = Vec::with_capacity(run.gauges.len());
    edges.push(read_edge(run.output_edge(), now_ns));
    for index in (0..run.gauges.len()).rev() {
        let downstream = &run.edges[index + 1];
        let held_up = downstream.holds_or_is_full() || run.is_held_up_by_dead_letters(index);
        stages.push(run.gauges[index].snapshot(&run.names[index], until_ns, uptime, held_up));
        edges.push(read_edge(&run.edges[index], now_ns));
    }
    edges.reverse();
    stages.reverse();

    let in_handle = edges[stages.len()].taken.saturating_sub(delivered_by_handle + dropped_by_handle);
    let mut ledger = Ledger {
        accepted: edges[0].entered,
        delivered: delivered_by_handle,
        dropped_closed: dropped_by_handle,
        in_flight: in_handle,
        ..Ledger::default()
    };
    for edge in &edges {
        ledger.delivered += edge.discarded;
        ledger.dropped_oldest += edge.dropped_oldest;
        ledger.dropped_newest += edge.dropped_newest;
        ledger.dropped_closed += edge.dropped_closed;
        ledger.aborted += edge.aborted;
        ledger.in_flight += edge.fill;
    }
    for stage in &stages {
        ledger.created += stage.created;
        ledger.absorbed += stage.absorbed;
        ledger.skipped += stage.skipped;
        ledger.dead_lettered += stage.dead_lettered;
        ledger.failed += stage.failed;
        ledger.aborted += stage.aborted;
        ledger.in_flight += stage.in_hand();
    }
    let end_to_end = run.output_edge().stats.end_to_end.as_ref().map(|tracker| tracker.summary(now_ns));
    Metrics { uptime, ledger, stages, edges, end_to_end: end_to_end.unwrap_or_default() }
}

fn read_edge(edge: &Edge, now_ns: u64) -> EdgeMetrics {
    let stats = &edge.stats;
    let dropped_oldest = load(&stats.dropped_oldest);
    let dropped_newest = load(&stats.dropped_newest);
    let dropped_closed = load(&stats.dropped_closed);
    let discarded = load(&stats.discarded);
    let aborted = load(&stats.aborted);
    let (admitted, left) = edge.admitted_and_left();
    let levels = edge.config.levels;
    let marks_on = levels.is_on();
    let pressured = edge.is_pressured();
    let since_ns = if pressured { now_ns.saturating_sub(stats.pressured_since_ns.load(Ordering::Relaxed)) } else { 0 };
    EdgeMetrics {
        name: Arc::clone(&edge.config.name),
        capacity: edge.config.capacity as u64,
        high: marks_on.then_some(levels.high),
        low: marks_on.then_some(levels.low),
        fill: admitted - left,
        highest_fill: stats.highest_fill.load(Ordering::Relaxed),
        bytes: edge.bytes(),
        pressured,
        pressured_count: load(&stats.pressured_count),
        pressured_time: Duration::from_nanos(load(&stats.pressured_ns) + since_ns),
        entered: admitted + dropped_newest,
        taken: left.saturating_sub(dropped_oldest + dropped_closed + discarded + aborted),
        dropped_oldest,
        dropped_newest,
        dropped_closed,
        discarded,
        aborted,
    }
}
