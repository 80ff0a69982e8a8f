//! Metrics as plain objects: counts as numbers (exact up to 2^53), times in milliseconds or microseconds.

use std::time::Duration;

use napi_derive::napi;
use stream_pipeline::{EdgeMetrics, LatencySummary, Metrics, StageMetrics};

/// Latency over the sliding window.
#[napi(object, object_from_js = false)]
pub struct LatencyReading {
    /// Messages in the window.
    pub count: f64,
    /// Half of them took at most this long, in microseconds.
    pub p50_us: f64,
    /// 95 of 100.
    pub p95_us: f64,
    /// 99 of 100.
    pub p99_us: f64,
    /// 999 of 1000.
    pub p999_us: f64,
    /// The longest.
    pub max_us: f64,
}

/// One stage.
#[napi(object, object_from_js = false)]
pub struct StageReading {
    /// Its name.
    pub name: String,
    /// What it is doing.
    #[napi(ts_type = "'idle' | 'busy' | 'backpressured' | 'ended' | 'failed' | 'aborted'")]
    pub state: String,
    /// Taken from its edge.
    pub received: f64,
    /// Outputs beyond one per input.
    pub created: f64,
    /// Put on the next edge.
    pub emitted: f64,
    /// Inputs without output.
    pub absorbed: f64,
    /// Messages it could not work on, with the error policy `skip`.
    pub skipped: f64,
    /// Messages it could not work on, with the error policy `dead-letter`.
    pub dead_lettered: f64,
    /// Inputs at which it failed.
    pub failed: f64,
    /// In hand when it was ended.
    pub aborted: f64,
    /// In hand now.
    pub in_hand: f64,
    /// Over the sliding window.
    pub throughput_per_second: f64,
    /// Time spent working.
    pub busy_ms: f64,
    /// Time spent waiting for messages.
    pub idle_ms: f64,
    /// Time spent waiting for room.
    pub backpressured_ms: f64,
    /// In the ring.
    pub wait: LatencyReading,
    /// In the stage.
    pub service: LatencyReading,
    /// Both.
    pub latency: LatencyReading,
}

/// One edge.
#[napi(object, object_from_js = false)]
pub struct EdgeReading {
    /// The stage it leads into, or `output`.
    pub name: String,
    /// Messages its ring holds.
    pub capacity: f64,
    /// High mark in messages; absent with backpressure off.
    pub high: Option<f64>,
    /// Low mark in messages; absent with backpressure off.
    pub low: Option<f64>,
    /// Messages in it now.
    pub fill: f64,
    /// The most there ever were.
    pub highest_fill: f64,
    /// `fill / capacity`.
    pub utilization: f64,
    /// Bytes allocated for it.
    pub bytes: f64,
    /// Between its marks, or above.
    pub pressured: bool,
    /// How often it became pressured.
    pub pressured_count: f64,
    /// For how long, all together.
    pub pressured_ms: f64,
    /// Accepted, to be carried or dropped.
    pub entered: f64,
    /// Taken by who is behind it.
    pub taken: f64,
    /// By `drop-oldest`.
    pub dropped_oldest: f64,
    /// By `drop-newest`.
    pub dropped_newest: f64,
    /// Because the output was given up.
    pub dropped_closed: f64,
    /// Delivered to nobody, because the output was unclaimed.
    pub discarded: f64,
    /// In it when it was aborted.
    pub aborted: f64,
}

/// Where every message went.
#[napi(object, object_from_js = false)]
pub struct LedgerReading {
    /// Let in at the input.
    pub accepted: f64,
    /// Outputs of stages beyond one per input.
    pub created: f64,
    /// Handed out at the end.
    pub delivered: f64,
    /// By `drop-oldest`.
    pub dropped_oldest: f64,
    /// By `drop-newest`.
    pub dropped_newest: f64,
    /// Because the output was given up.
    pub dropped_closed: f64,
    /// Inputs of stages without output.
    pub absorbed: f64,
    /// Messages that stages could not work on, and skipped.
    pub skipped: f64,
    /// Messages that stages could not work on, and gave out as dead letters.
    pub dead_lettered: f64,
    /// Messages at which a stage failed.
    pub failed: f64,
    /// In flight at a failure or an abort.
    pub aborted: f64,
    /// In a ring or in hand now.
    pub in_flight: f64,
    /// What enters minus what leaves minus what is in flight: 0 when nothing moves.
    pub balance: f64,
}

/// The whole pipeline.
#[napi(object, object_from_js = false)]
pub struct MetricsReading {
    /// Since the start, until the end.
    pub uptime_ms: f64,
    /// Where every message went.
    pub ledger: LedgerReading,
    /// First to last.
    pub stages: Vec<StageReading>,
    /// The edge into each stage, then the output's.
    pub edges: Vec<EdgeReading>,
    /// From entering the pipeline to leaving it.
    pub end_to_end: LatencyReading,
}

fn ms(duration: Duration) -> f64 {
    duration.as_secs_f64() * 1e3
}

fn us(duration: Duration) -> f64 {
    duration.as_nanos() as f64 / 1e3
}

fn latency(summary: &LatencySummary) -> LatencyReading {
    LatencyReading {
        count: summary.count as f64,
        p50_us: us(summary.p50),
        p95_us: us(summary.p95),
        p99_us: us(summary.p99),
        p999_us: us(summary.p999),
        max_us: us(summary.max),
    }
}

fn stage(stage: &StageMetrics) -> StageReading {
    StageReading {
        name: stage.name.to_string(),
        state: stage.state.as_str().to_owned(),
        received: stage.received as f64,
        created: stage.created as f64,
        emitted: stage.emitted as f64,
        absorbed: stage.absorbed as f64,
        skipped: stage.skipped as f64,
        dead_lettered: stage.dead_lettered as f64,
        failed: stage.failed as f64,
        aborted: stage.aborted as f64,
        in_hand: stage.in_hand() as f64,
        throughput_per_second: stage.throughput_per_second,
        busy_ms: ms(stage.busy),
        idle_ms: ms(stage.idle),
        backpressured_ms: ms(stage.backpressured),
        wait: latency(&stage.wait),
        service: latency(&stage.service),
        latency: latency(&stage.latency),
    }
}

fn edge(edge: &EdgeMetrics) -> EdgeReading {
    EdgeReading {
        name: edge.name.to_string(),
        capacity: edge.capacity as f64,
        high: edge.high.map(|messages| messages as f64),
        low: edge.low.map(|messages| messages as f64),
        fill: edge.fill as f64,
        highest_fill: edge.highest_fill as f64,
        utilization: edge.utilization(),
        bytes: edge.bytes as f64,
        pressured: edge.pressured,
        pressured_count: edge.pressured_count as f64,
        pressured_ms: ms(edge.pressured_time),
        entered: edge.entered as f64,
        taken: edge.taken as f64,
        dropped_oldest: edge.dropped_oldest as f64,
        dropped_newest: edge.dropped_newest as f64,
        dropped_closed: edge.dropped_closed as f64,
        discarded: edge.discarded as f64,
        aborted: edge.aborted as f64,
    }
}

/// The engine's reading as JavaScript sees it.
pub(crate) fn convert(metrics: &Metrics) -> MetricsReading {
    let ledger = &metrics.ledger;
    MetricsReading {
        uptime_ms: ms(metrics.uptime),
        ledger: LedgerReading {
            accepted: ledger.accepted as f64,
            created: ledger.created as f64,
            delivered: ledger.delivered as f64,
            dropped_oldest: ledger.dropped_oldest as f64,
            dropped_newest: ledger.dropped_newest as f64,
            dropped_closed: ledger.dropped_closed as f64,
            absorbed: ledger.absorbed as f64,
            skipped: ledger.skipped as f64,
            dead_lettered: ledger.dead_lettered as f64,
            failed: ledger.failed as f64,
            aborted: ledger.aborted as f64,
            in_flight: ledger.in_flight as f64,
            balance: ledger.balance() as f64,
        },
        stages: metrics.stages.iter().map(stage).collect(),
        edges: metrics.edges.iter().map(edge).collect(),
        end_to_end: latency(&metrics.end_to_end),
    }
}
