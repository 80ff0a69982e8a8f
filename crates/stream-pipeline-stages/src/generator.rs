//! `Generator`: the same message again and again, as often and as fast as it is told.
//!
//! Invariants: never more messages than `count`, and never more at any moment than the rate allows since the start; time
//! that was lost is made up for by at most a second's worth of messages.

use std::time::{Duration, Instant};

use serde::Deserialize;
use stream_pipeline::{Batch, Flow, Result, Source};

use crate::invalid_option::InvalidOption;
use crate::plan::SourcePlan;

/// Messages made at once, at most.
const BATCH_MESSAGES: u64 = 1024;

/// Bytes made at once, about: what a core's cache holds.
const BATCH_BYTES: usize = 128 * 1024;

/// The highest rate that can be asked for: beyond it, leave the rate out.
const MAX_PER_SECOND: f64 = 1e9;

/// What [`Generator`] makes.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "camelCase")]
pub struct GeneratorOptions {
    /// The message; empty by default.
    pub message: Vec<u8>,
    /// How many there are; without it there is no end.
    pub count: Option<u64>,
    /// How many a second, evenly spread; without it, as many as there is room for.
    pub per_second: Option<f64>,
}

/// Makes the same message again and again: a load for a pipeline, or a clock for it.
///
/// With a rate, what a pipeline had no room for in time is made up for, by a second's worth at most. Never fails.
///
/// ```
/// use stream_pipeline::{OverflowPolicy::Block, PassthroughStage, PipelineBuilder};
/// use stream_pipeline_stages::{Generator, GeneratorOptions};
///
/// let ticks = GeneratorOptions { message: b"tick".to_vec(), count: Some(3), per_second: Some(1000.0) };
/// let pipeline = PipelineBuilder::new()
///     .with_source("ticks", Generator::new(ticks)?)
///     .add_stage_object("pass", 64, Block, PassthroughStage)
///     .build()?;
/// let output = pipeline.output()?;
/// let running = pipeline.start_ready()?;
/// assert_eq!(output.collect::<Vec<_>>(), [b"tick"; 3]);
/// running.wait()?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
pub struct Generator {
    options: GeneratorOptions,
    made: u64,
    pace: Option<Pace>,
}

/// When messages are due.
#[derive(Debug)]
struct Pace {
    per_second: f64,
    /// The first is due now; `None` before it was asked for.
    began: Option<Instant>,
    /// Messages that were due since, made or given up.
    counted: u64,
}

impl Generator {
    /// Refuses a rate that is not above 0 and at most a thousand million.
    pub fn new(options: GeneratorOptions) -> Result<Self, InvalidOption> {
        if let Some(rate) = options.per_second
            && !(rate > 0.0 && rate <= MAX_PER_SECOND)
        {
            let text =
                format!("{rate} is no rate; choose one above 0 and up to {MAX_PER_SECOND}, or none for no limit");
            return Err(InvalidOption::new("generate", "per_second", text));
        }
        let pace = options.per_second.map(|per_second| Pace { per_second, began: None, counted: 0 });
        Ok(Self { options, made: 0, pace })
    }

    fn left(&self) -> u64 {
        self.options.count.map_or(u64::MAX, |count| count - self.made)
    }

    /// How many fit into a batch.
    fn batch_messages(&self) -> u64 {
        let by_bytes = BATCH_BYTES / self.options.message.len().max(1);
        BATCH_MESSAGES.min(by_bytes.max(1) as u64).min(self.left())
    }
}

impl Pace {
    /// How many of `most` messages are due at `now`.
    fn take(&mut self, most: u64, now: Instant) -> u64 {
        let began = *self.began.get_or_insert(now);
        let due = 1 + (now.duration_since(began).as_secs_f64() * self.per_second) as u64;
        let backlog = due.saturating_sub(self.counted);
        // What was missed for longer than a second stays missed.
        let lost = backlog.saturating_sub(self.per_second.ceil() as u64);
        let count = (backlog - lost).min(most);
        self.counted += lost + count;
        count
    }

    /// When the next one is due.
    fn next(&self) -> Instant {
        let after = Duration::try_from_secs_f64(self.counted as f64 / self.per_second).unwrap_or(Duration::MAX);
        let began = self.began.unwrap_or_else(Instant::now);
        // A day later it is asked again.
        began.checked_add(after).unwrap_or_else(|| Instant::now() + Duration::from_secs(86_400))
    }
}

impl Source for Generator {
    fn read(&mut self, batch: &mut Batch) -> Result<Flow> {
        let most = self.batch_messages();
        let count = self.pace.as_mut().map_or(most, |pace| pace.take(most, Instant::now()));
        for _ in 0..count {
            batch.push(&self.options.message);
        }
        self.made += count;
        Ok(match &self.pace {
            _ if self.left() == 0 => Flow::Ended,
            Some(pace) if count < most => Flow::Wait(pace.next()),
            _ => Flow::Ready,
        })
    }
}

impl SourcePlan for GeneratorOptions {
    fn source(self) -> Result<Box<dyn Source>, InvalidOption> {
        Ok(Box::new(Generator::new(self)?))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(generator: &mut Generator) -> (usize, Flow) {
        let mut batch = Batch::new();
        let flow = generator.read(&mut batch).unwrap();
        (batch.len(), flow)
    }

    #[test]
    fn there_are_as_many_as_were_asked_for() {
        for (count, message) in [(0, 1), (1, 0), (1024, 10), (5000, 64), (7, 1 << 20)] {
            let options = GeneratorOptions { message: vec![7; message], count: Some(count), per_second: None };
            let mut generator = Generator::new(options).unwrap();
            let mut made = 0;
            loop {
                let (messages, flow) = read(&mut generator);
                made += messages as u64;
                if flow == Flow::Ended {
                    break;
                }
                assert_eq!(flow, Flow::Ready);
            }
            assert_eq!(made, count);
        }
    }

    #[test]
    fn no_more_are_due_than_the_rate_allows_and_lost_time_is_made_up_for_by_a_second_at_most() {
        let start = Instant::now();
        let at = |ms| start + Duration::from_millis(ms);
        let mut pace = Pace { per_second: 100.0, began: None, counted: 0 };
        assert_eq!(pace.take(1024, at(0)), 1);
        assert_eq!((pace.take(1024, at(5)), pace.next()), (0, at(10)));
        assert_eq!((pace.take(1024, at(35)), pace.next()), (3, at(40)));
        assert_eq!(pace.take(10, at(1_035)), 10);
        assert_eq!(pace.take(1024, at(1_035)), 90);
        // A minute in which nobody asked.
        assert_eq!(pace.take(1024, at(61_035)), 100);
        assert_eq!((pace.take(1024, at(61_035)), pace.next()), (0, at(61_040)));
    }

    #[test]
    fn what_is_no_rate_is_refused() {
        for rate in [0.0, -1.0, f64::NAN, f64::INFINITY, 2e9] {
            let options = GeneratorOptions { per_second: Some(rate), ..GeneratorOptions::default() };
            assert!(Generator::new(options).unwrap_err().to_string().contains("is no rate"));
        }
    }
}
