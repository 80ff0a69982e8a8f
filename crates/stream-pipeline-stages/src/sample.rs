//! `Sample`: some messages pass, by their number or by chance; the others are absorbed.
//!
//! Invariant: a message that passes is the one that came; no byte is copied. Which ones pass depends on their order and
//! the seed alone, not on how they were batched.

use fastrand::Rng;
use serde::Deserialize;
use stream_pipeline::{Batch, Emitter, Result, Stage};

use crate::invalid_option::InvalidOption;
use crate::plan::Plan;

/// Lets one of so many messages pass, or each with a probability, whatever is in it; the others are absorbed.
///
/// Never fails once made.
///
/// ```
/// use stream_pipeline::{Batch, Emitter, Stage};
/// use stream_pipeline_stages::Sample;
///
/// let mut sample = Sample::every(3)?;
/// let mut out = Emitter::detached();
/// sample.process_batch(Batch::from_iter([&b"0"[..], b"1", b"2", b"3", b"4"]), &mut out)?;
/// assert_eq!(out.take_messages(), [b"0", b"3"]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
pub struct Sample {
    choice: Choice,
}

#[derive(Debug)]
enum Choice {
    Every { every: u64, until_next: u64 },
    Chance { probability: f64, random: Rng },
}

impl Sample {
    /// Lets the first of each `every` messages pass: with 3 the first, the fourth, the seventh. Refuses 0.
    pub fn every(every: u64) -> Result<Self, InvalidOption> {
        if every == 0 {
            let text = "one of 0 messages is none; choose 1 (all) or more".to_owned();
            return Err(InvalidOption::new("sample", "every", text));
        }
        Ok(Self { choice: Choice::Every { every, until_next: 0 } })
    }

    /// Lets each message pass with `probability`, from 0 to 1, independently of the others. The same `seed` chooses the
    /// same messages of the same input; without one the choice differs from run to run. The generator is not one for
    /// secrets. Refuses what is no probability.
    ///
    /// ```
    /// use stream_pipeline_stages::Sample;
    /// assert!(Sample::with_probability(1.5, None).unwrap_err().to_string().contains("1.5 is no probability"));
    /// ```
    pub fn with_probability(probability: f64, seed: Option<u64>) -> Result<Self, InvalidOption> {
        if !(0.0..=1.0).contains(&probability) {
            let text = format!("{probability} is no probability; choose one from 0 (none) to 1 (all)");
            return Err(InvalidOption::new("sample", "probability", text));
        }
        let random = seed.map_or_else(Rng::new, Rng::with_seed);
        Ok(Self { choice: Choice::Chance { probability, random } })
    }

    fn keeps_next(&mut self) -> bool {
        match &mut self.choice {
            Choice::Every { until_next: 0, every } => {
                self.choice = Choice::Every { every: *every, until_next: *every - 1 };
                true
            }
            Choice::Every { until_next, .. } => {
                *until_next -= 1;
                false
            }
            // What is drawn is below 1, so all pass with 1 and none with 0.
            Choice::Chance { probability, random } => random.f64() < *probability,
        }
    }
}

/// Either way of choosing, as a plan holds it.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct SamplePlan {
    every: Option<u64>,
    probability: Option<f64>,
    seed: Option<u64>,
}

impl Plan for SamplePlan {
    fn stage(self) -> Result<Box<dyn Stage>, InvalidOption> {
        let sample = match self {
            Self { every: Some(every), probability: None, seed: None } => Sample::every(every)?,
            Self { every: None, probability: Some(probability), seed } => Sample::with_probability(probability, seed)?,
            _ => {
                let text = "give it alone, or `probability`, with or without a `seed`, instead".to_owned();
                return Err(InvalidOption::new("sample", "every", text));
            }
        };
        Ok(Box::new(sample))
    }
}

impl Stage for Sample {
    fn process(&mut self, input: Vec<u8>) -> Result<Vec<Vec<u8>>> {
        Ok(if self.keeps_next() { vec![input] } else { Vec::new() })
    }

    fn name(&self) -> &'static str {
        "sample"
    }

    fn process_batch(&mut self, mut batch: Batch, out: &mut Emitter) -> Result<()> {
        batch.retain(|_| self.keeps_next());
        out.forward(batch);
        Ok(())
    }
}
