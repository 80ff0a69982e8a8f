//! A pipeline with a timer, in which a clock jumps while a stage works.

use std::sync::Arc;
use std::sync::mpsc::{self, Receiver, Sender};
use std::time::{Duration, Instant};

use stream_pipeline::OverflowPolicy::Block;
use stream_pipeline::{Emitter, Input, Metrics, Output, PipelineBuilder, Result, Running, Stage};

use crate::gate::{Keeper, gate};
use crate::watchdog::Watch;

/// Of the timer.
const PERIOD: Duration = Duration::from_millis(10);

/// Passes messages on, and tells when its timer is called, which is a period after the last call.
struct Ticking {
    due: Instant,
    ticks: Sender<Instant>,
}

impl Stage for Ticking {
    fn process(&mut self, input: Vec<u8>) -> Result<Vec<Vec<u8>>> {
        Ok(vec![input])
    }

    fn name(&self) -> &'static str {
        "ticking"
    }

    fn next_timer(&self) -> Option<Instant> {
        Some(self.due)
    }

    fn on_timer(&mut self, now: Instant, _out: &mut Emitter) -> Result<()> {
        let _ = self.ticks.send(now);
        self.due = now + PERIOD;
        Ok(())
    }
}

/// A pipeline with a timer through which messages pass, one at a time.
pub(crate) struct Trial {
    // First, so that where a test fails it is dropped before the pipeline that waits for its stage.
    keeper: Keeper,
    pub(crate) running: Arc<Running>,
    input: Input,
    output: Output,
    ticks: Receiver<Instant>,
    sent: u64,
}

impl Trial {
    pub(crate) fn start(watch: &Watch) -> Self {
        let (tell, ticks) = mpsc::channel();
        let (gate, keeper) = gate();
        let pipeline = PipelineBuilder::new()
            .add_stage_object("ticking", 64, Block, Ticking { due: Instant::now() + PERIOD, ticks: tell })
            .add_stage_object("gate", 64, Block, gate)
            .build()
            .unwrap();
        let (input, output) = (pipeline.input(), pipeline.output().unwrap());
        Self { running: watch.over(pipeline.start_ready().unwrap()), input, output, ticks, keeper, sent: 0 }
    }

    /// A jump while a stage works on a message, and a hundred messages behind it.
    pub(crate) fn pass_messages(&mut self, jump: impl FnOnce()) {
        let mut jump = Some(jump);
        for value in self.sent..self.sent + 100 {
            self.input.push(value.to_le_bytes().to_vec()).unwrap();
            self.keeper.wait_for_arrival();
            if let Some(jump) = jump.take() {
                jump();
            }
            self.keeper.let_pass(1);
            assert_eq!(self.output.pop().unwrap(), value.to_le_bytes());
        }
        self.sent += 100;
    }

    /// The next three calls of the timer are a period apart: a jump over thousands of periods is one of them.
    pub(crate) fn assert_no_burst(&self) {
        self.ticks.try_iter().for_each(drop);
        let ticks: Vec<_> = (0..3).map(|_| self.ticks.recv().unwrap()).collect();
        assert!(ticks.is_sorted_by(|tick, next| *next - *tick >= PERIOD), "a burst: {ticks:?}");
    }

    /// Every message is there; the report.
    pub(crate) fn end(self) -> Metrics {
        let report = self.running.wait().unwrap();
        assert_eq!((report.ledger.delivered, report.ledger.balance()), (self.sent, 0));
        report
    }
}

/// No figure has taken a jump for time that went by.
pub(crate) fn assert_no_longer_than(longest: Duration, report: &Metrics) {
    for stage in &report.stages {
        for figure in [stage.wait.max, stage.service.max, stage.busy, stage.idle, stage.backpressured] {
            assert!(figure <= longest, "{stage:?}");
        }
    }
    assert!(report.end_to_end.max <= longest && report.uptime <= longest, "{report:?}");
}
