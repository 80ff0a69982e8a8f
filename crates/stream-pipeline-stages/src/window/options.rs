//! What a window is told.
//!
//! Invariant: options that are taken bound everything that is held: `panes_held()` panes of `max_keys` keys, and
//! `max_groups` in all.

use serde::Deserialize;

use super::aggregate::{Aggregate, in_order};
use super::event_time::TimeUnit;
use super::figures::KeyForm;
use crate::invalid_option::InvalidOption;

/// A leap year: what is counted for longer belongs in a database.
const MAX_SPAN_MS: u64 = 366 * 24 * 60 * 60 * 1000;

/// Merging more for each result takes longer than most results are apart.
const MAX_PANES: u64 = 10_000;

/// Each is written into each result.
const MAX_AGGREGATES: usize = 64;

/// What becomes of a message all of whose windows are closed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum LateMessages {
    /// It is absorbed, like those that are counted.
    #[default]
    Drop,
    /// It is rejected, and the stage's error policy decides; the ledger counts it as skipped or dead-lettered.
    Reject,
}

/// The windows of [`Window`](super::Window), what is counted in them, and when they close. All times in milliseconds.
///
/// `size_ms` and `aggregates` have no default.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "camelCase")]
pub struct WindowOptions {
    /// How long a window is: 1 to a leap year. Windows begin at multiples of it, or of `every_ms`, since 1970 (UTC).
    pub size_ms: u64,
    /// Sliding windows: a window of `size_ms` ends every so often. `None`, the default: tumbling windows, each begins where
    /// the one before ends. At most `size_ms`.
    pub every_ms: Option<u64>,
    /// JSON pointers to the values by which messages are grouped: strings, numbers, true, false or null. What is missing
    /// is null. None by default: there is one result for each window.
    pub key: Vec<String>,
    /// Whether a single `key` is written as an array too, as several are; `false` by default.
    pub key_as_array: bool,
    /// A JSON pointer to the time of a message. `None`, the default: messages have the time at which they come here.
    pub time: Option<String>,
    /// What a time that is a number counts; milliseconds by default.
    pub time_unit: TimeUnit,
    /// How far a message may be behind the latest one: for so long, by the time of messages, a window stays open beyond its
    /// end; 0 by default. Only with `time`.
    pub allowed_lateness_ms: u64,
    /// A message further ahead of the machine's clock is rejected, so that one wrong time does not close every window; a
    /// day by default. Only with `time`.
    pub max_ahead_ms: u64,
    /// All windows close when for so long, by the machine's clock, no message has come. `None`, the default: they wait.
    /// Only with `time`: else windows close by the clock anyway.
    pub idle_ms: Option<u64>,
    /// What becomes of messages that come too late; they are dropped by default.
    pub late: LateMessages,
    /// The most keys in a window; of sliding windows, in each of their panes, which are as long as the greatest common
    /// divisor of `size_ms` and `every_ms`. 100,000 by default. A message with one key more is rejected.
    pub max_keys: usize,
    /// The most keys in all windows or panes that are held, those of each counted; 1,000,000 by default. A message with one
    /// more is rejected.
    pub max_groups: usize,
    /// The longest key, in bytes as JSON; 1024 by default. A message with a longer one is rejected.
    pub max_key_bytes: usize,
    /// What is written of each window and key, by name, in this order: at least one, at most 64.
    #[serde(deserialize_with = "in_order")]
    pub aggregates: Vec<(String, Aggregate)>,
}

impl Default for WindowOptions {
    fn default() -> Self {
        Self {
            size_ms: 0,
            every_ms: None,
            key: Vec::new(),
            key_as_array: false,
            time: None,
            time_unit: TimeUnit::Ms,
            allowed_lateness_ms: 0,
            max_ahead_ms: 24 * 60 * 60 * 1000,
            idle_ms: None,
            late: LateMessages::Drop,
            max_keys: 100_000,
            max_groups: 1_000_000,
            max_key_bytes: 1024,
            aggregates: Vec::new(),
        }
    }
}

impl WindowOptions {
    /// How far the ends of windows are apart.
    pub(super) fn step_ms(&self) -> u64 {
        self.every_ms.unwrap_or(self.size_ms)
    }

    /// How long a pane is: the greatest common divisor of size and step, so that each window is a number of whole panes.
    pub(super) fn pane_ms(&self) -> u64 {
        let (mut a, mut b) = (self.size_ms, self.step_ms());
        while b > 0 {
            (a, b) = (b, a % b);
        }
        a
    }

    fn panes_held(&self) -> u64 {
        (self.size_ms + self.allowed_lateness_ms) / self.pane_ms() + 2
    }

    pub(super) fn key_form(&self) -> KeyForm {
        match self.key.len() {
            0 => KeyForm::None,
            1 if !self.key_as_array => KeyForm::One,
            _ => KeyForm::Several,
        }
    }

    /// The distinct pointers of the aggregates.
    pub(super) fn columns(&self) -> Vec<&str> {
        let mut columns = Vec::new();
        for pointer in self.aggregates.iter().filter_map(|(_, aggregate)| aggregate.pointer()) {
            if !columns.contains(&pointer) {
                columns.push(pointer);
            }
        }
        columns
    }

    pub(super) fn check(&self) -> Result<(), InvalidOption> {
        let refuse = |option, text: String| Err(InvalidOption::new("window", option, text));
        if !(1..=MAX_SPAN_MS).contains(&self.size_ms) {
            return refuse("size_ms", format!("{} is no size; choose 1 to {MAX_SPAN_MS} (a leap year)", self.size_ms));
        }
        if !(1..=self.size_ms).contains(&self.step_ms()) {
            let text = format!("{} is beyond 1 to size_ms ({}); messages would be lost", self.step_ms(), self.size_ms);
            return refuse("every_ms", text);
        }
        if self.time.is_none() && (self.allowed_lateness_ms > 0 || self.idle_ms.is_some()) {
            let option = if self.idle_ms.is_some() { "idle_ms" } else { "allowed_lateness_ms" };
            return refuse(option, "only messages with a time can be late; set time, or leave it out".to_owned());
        }
        for (option, span_ms) in [
            ("allowed_lateness_ms", self.allowed_lateness_ms),
            ("max_ahead_ms", self.max_ahead_ms),
            ("idle_ms", self.idle_ms.unwrap_or(1)),
        ] {
            if span_ms > MAX_SPAN_MS || (option == "idle_ms" && span_ms == 0) {
                return refuse(option, format!("{span_ms} is too much or nothing; choose up to {MAX_SPAN_MS}"));
            }
        }
        for (option, most) in [("max_keys", self.max_keys), ("max_groups", self.max_groups)] {
            if most == 0 {
                return refuse(option, "0 leaves no room for a single key; choose 1 or more".to_owned());
            }
        }
        if self.panes_held() > MAX_PANES {
            let text = format!(
                "panes of {} ms, the greatest common divisor with size_ms, are too many ({}, at most {MAX_PANES}); choose \
                 a larger one, that divides size_ms, or a smaller allowed_lateness_ms",
                self.pane_ms(),
                self.panes_held(),
            );
            return refuse("every_ms", text);
        }
        self.check_aggregates()
    }

    fn check_aggregates(&self) -> Result<(), InvalidOption> {
        let refuse = |text: String| Err(InvalidOption::new("window", "aggregates", text));
        if !(1..=MAX_AGGREGATES).contains(&self.aggregates.len()) {
            return refuse(format!("{} are asked for; choose 1 to {MAX_AGGREGATES}", self.aggregates.len()));
        }
        for (place, (name, aggregate)) in self.aggregates.iter().enumerate() {
            let is_taken = ["windowStart", "windowEnd", "key"].contains(&name.as_str())
                || self.aggregates[..place].iter().any(|(other, _)| other == name);
            if is_taken {
                return refuse(format!("the name `{name}` is taken; choose another"));
            }
            match aggregate {
                Aggregate::Quantile { quantile, .. } if !(0.0..=1.0).contains(quantile) => {
                    return refuse(format!("`{name}`: {quantile} is no quantile; choose 0 to 1, such as 0.99"));
                }
                _ => {}
            }
        }
        Ok(())
    }
}
