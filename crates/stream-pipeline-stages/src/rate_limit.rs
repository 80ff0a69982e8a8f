//! `RateLimit`: messages go on no faster than a rate.
//!
//! Invariants: a message that passes is the one that came; while one is held up, those before it are on the next edge, and
//! an abort ends the wait.

use std::time::Instant;

use serde::Deserialize;
use stream_pipeline::{Batch, Emitter, LARGE_MESSAGE_BYTES, Result, Stage};

use crate::invalid_option::InvalidOption;
use crate::plan::Plan;
use crate::simple_form::process_alone;
use crate::token_bucket::TokenBucket;

/// What [`RateLimit`] counts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum RateUnit {
    /// Each message as one.
    #[default]
    Messages,
    /// Each message as its bytes; an empty one as none.
    Bytes,
}

/// What [`RateLimit`] counts, and how much passes at once.
///
/// ```
/// use stream_pipeline_stages::{RateLimit, RateLimitOptions, RateUnit};
/// let megabyte = RateLimit::new(1e6, RateLimitOptions { burst: Some(64 * 1024), unit: RateUnit::Bytes })?;
/// # let _ = megabyte;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RateLimitOptions {
    /// How many messages or bytes pass at once after a pause, and at the start, at least 1. By default those of a second.
    pub burst: Option<u64>,
    /// Messages by default.
    pub unit: RateUnit,
}

/// Holds messages up so that they go on no faster than a rate: a token bucket.
///
/// In any `t` seconds no more than `burst + per_second * t` passes: just after a pause, for one second and with the
/// default burst, twice the rate. A message of more bytes than the burst waits for a full bucket, and those behind it
/// until its debt is paid. Waits are a millisecond long or longer where the burst has room for that; with a burst that is
/// full again sooner, messages go on more slowly than asked for, by the grain of the machine's timer. The clock is the
/// monotonic one: one that is set does nothing, a machine that sleeps fills the bucket at most.
///
/// While a message is held up the stage takes no others: the edge before it fills, and its policy decides what happens
/// then; with `block` whoever feeds the pipeline is held up too. An abort ends the wait at once; a drain lets what is in
/// the rings pass at the rate. In the metrics the wait is work of this stage. Loses nothing and never fails.
///
/// ```
/// use std::time::{Duration, Instant};
/// use stream_pipeline::{Batch, Emitter, Stage};
/// use stream_pipeline_stages::{RateLimit, RateLimitOptions};
///
/// let mut limit = RateLimit::new(100.0, RateLimitOptions { burst: Some(1), ..RateLimitOptions::default() })?;
/// let mut out = Emitter::detached();
/// let began = Instant::now();
/// limit.process_batch(Batch::from_iter([&b"at once"[..], b"after 10 ms", b"after 20 ms"]), &mut out)?;
/// assert_eq!(out.take_messages().len(), 3);
/// assert!(began.elapsed() >= Duration::from_millis(19));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
pub struct RateLimit {
    unit: RateUnit,
    bucket: TokenBucket,
}

impl RateLimit {
    /// Refuses a rate that is not above 0, and a burst of 0.
    #[expect(clippy::needless_pass_by_value, reason = "all constructors take their options in the same way")]
    pub fn new(per_second: f64, options: RateLimitOptions) -> Result<Self, InvalidOption> {
        if !(per_second > 0.0 && per_second.is_finite()) {
            let text = format!("{per_second} lets nothing pass, or everything; choose a rate above 0");
            return Err(InvalidOption::new("rateLimit", "per_second", text));
        }
        if options.burst == Some(0) {
            let text = "with 0 nothing could pass; choose 1 or more".to_owned();
            return Err(InvalidOption::new("rateLimit", "burst", text));
        }
        let burst = options.burst.map_or_else(|| per_second.max(1.0), |burst| burst as f64);
        Ok(Self { unit: options.unit, bucket: TokenBucket::new(per_second, burst, Instant::now()) })
    }

    /// Waits until a message of so many tokens may pass; `false` if the stage is to return instead.
    fn admit(&mut self, tokens: f64, out: &mut Emitter) -> bool {
        while !self.bucket.take(tokens) {
            let now = Instant::now();
            self.bucket.refill(now);
            if self.bucket.take(tokens) {
                break;
            }
            if !out.pause_until(now + self.bucket.wait(tokens)) {
                return false;
            }
        }
        true
    }

    fn pass_one_by_one(&mut self, batch: &mut Batch, out: &mut Emitter) {
        while !out.is_stopped()
            && let Some(message) = batch.get(0)
        {
            let tokens = match self.unit {
                RateUnit::Messages => 1.0,
                RateUnit::Bytes => message.len() as f64,
            };
            if !self.admit(tokens, out) {
                return;
            }
            if message.len() < LARGE_MESSAGE_BYTES {
                out.push(message);
                batch.drop_front(1);
            } else if let Some(message) = batch.pop_front() {
                out.push_vec(message);
            }
            out.next_input();
        }
    }
}

/// A rate and its options, as a plan holds them.
#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub(crate) struct RateLimitPlan {
    per_second: f64,
    burst: Option<u64>,
    #[serde(default)]
    unit: RateUnit,
}

impl Plan for RateLimitPlan {
    fn stage(self) -> Result<Box<dyn Stage>, InvalidOption> {
        let Self { per_second, burst, unit } = self;
        Ok(Box::new(RateLimit::new(per_second, RateLimitOptions { burst, unit })?))
    }
}

impl Stage for RateLimit {
    fn process(&mut self, input: Vec<u8>) -> Result<Vec<Vec<u8>>> {
        process_alone(self, input)
    }

    fn name(&self) -> &'static str {
        "rateLimit"
    }

    fn process_batch(&mut self, mut batch: Batch, out: &mut Emitter) -> Result<()> {
        let tokens = match self.unit {
            RateUnit::Messages => batch.len(),
            RateUnit::Bytes => batch.message_bytes(),
        };
        self.bucket.refill(Instant::now());
        if self.bucket.take_all(tokens as f64) {
            out.forward(batch);
        } else {
            self.pass_one_by_one(&mut batch, out);
            out.recycle(batch);
        }
        Ok(())
    }
}
