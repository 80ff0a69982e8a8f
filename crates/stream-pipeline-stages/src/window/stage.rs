//! `Window`: messages become the numbers of their windows.
//!
//! Invariants: each message is counted in every window that its time lies in and that is open, or in none; a window is
//! written once, and windows are written in the order of their ends.

use std::time::{Duration, Instant};

use stream_pipeline::{Batch, Emitter, Error, Result, Stage};

use super::clock::{Clock, MonotonicClock, WallTime};
use super::fields::{Fields, Reading};
use super::figures::Report;
use super::options::{LateMessages, WindowOptions};
use super::panes::{Closed, Full, Panes};
use crate::invalid_option::InvalidOption;
use crate::plan::Plan;
use crate::simple_form::process_alone;

/// Counts, sums and quantiles of JSON documents in windows of time, by key.
///
/// Takes one document in each message, and gives one for each window and key, when the window closes:
/// `{ "windowStart": ms, "windowEnd": ms, "key": .., ..aggregates }`. A message with the time t lies in the windows with
/// `windowStart <= t < windowEnd`. With several pointers the key is an array, with none it is left out. Windows come in the
/// order of their ends, the keys of one in no particular order; one without messages is not written.
///
/// **When windows close.** With [`WindowOptions::time`], when the latest time seen, less
/// [`allowed_lateness_ms`](WindowOptions::allowed_lateness_ms), has reached their end; or when nothing has come for
/// [`idle_ms`](WindowOptions::idle_ms), all of them. Without it, when the clock has reached their end. At the end of input,
/// all of them. What comes for a window that is closed is not counted in it, and if all its windows are closed, it is late:
/// [`WindowOptions::late`].
///
/// **What is rejected**, and so goes the way of the stage's error policy: what is no JSON document, has no time or one too
/// far ahead, a key that is an array or an object, a value that is no number, and what would take more than
/// [`max_keys`](WindowOptions::max_keys), [`max_groups`](WindowOptions::max_groups) or
/// [`max_key_bytes`](WindowOptions::max_key_bytes).
///
/// **Memory.** For each key in each window or pane: the key, 48 bytes for each distinct pointer of the aggregates, about 50
/// more, and for a pointer with a quantile 1 KiB for each factor of 13 that its values span, at most 33 KiB.
///
/// ```
/// use stream_pipeline::{Batch, Emitter, Stage};
/// use stream_pipeline_stages::{Aggregate, Window, WindowOptions};
///
/// let mut window = Window::new(WindowOptions {
///     size_ms: 1000,
///     time: Some("/at".into()),
///     key: vec!["/host".into()],
///     aggregates: vec![("requests".into(), Aggregate::Count), ("total".into(), Aggregate::Sum("/bytes".into()))],
///     ..WindowOptions::default()
/// })?;
/// let mut out = Emitter::detached();
/// window.process_batch(
///     Batch::from_iter([
///         &br#"{ "at": 10, "host": "a", "bytes": 7 }"#[..],
///         br#"{ "at": 990, "host": "a", "bytes": 8 }"#,
///         br#"{ "at": 1000, "host": "a", "bytes": 9 }"#,
///     ]),
///     &mut out,
/// )?;
/// assert_eq!(out.take_messages(), [br#"{"windowStart":0,"windowEnd":1000,"key":"a","requests":2,"total":15}"#]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
pub struct Window {
    fields: Fields,
    reading: Reading,
    report: Report,
    panes: Panes,
    document: Vec<u8>,
    late: LateMessages,
    /// The latest time of a message; `None` where messages have none, or none has come.
    latest: Option<i64>,
    has_time: bool,
    allowed_lateness: i64,
    max_ahead: i64,
    idle: Option<Duration>,
    /// When the last message came.
    last_input: Option<Instant>,
    clock: Box<dyn Clock>,
    wall: WallTime,
}

impl Window {
    /// Refuses options that cannot be, each with what can.
    #[expect(clippy::needless_pass_by_value, reason = "all constructors take their options in the same way")]
    pub fn new(options: WindowOptions) -> Result<Self, InvalidOption> {
        Self::with_clock(&options, Box::new(MonotonicClock), WallTime::of_machine())
    }

    pub(super) fn with_clock(
        options: &WindowOptions,
        clock: Box<dyn Clock>,
        wall: WallTime,
    ) -> Result<Self, InvalidOption> {
        options.check()?;
        let columns = options.columns();
        Ok(Self {
            fields: Fields::new(options, &columns)?,
            reading: Reading::default(),
            report: Report::new(options, &columns),
            panes: Panes::new(options),
            document: Vec::new(),
            late: options.late,
            latest: None,
            has_time: options.time.is_some(),
            allowed_lateness: options.allowed_lateness_ms as i64,
            max_ahead: options.max_ahead_ms as i64,
            idle: options.idle_ms.map(Duration::from_millis),
            last_input: None,
            clock,
            wall,
        })
    }

    /// Counts one message; `now` is the machine's time in milliseconds since 1970.
    fn count(&mut self, message: &[u8], now: i64, out: &mut Emitter) -> Result<()> {
        if let Err(error) = self.fields.read(message, &mut self.reading) {
            return out.reject(message, error);
        }
        let time = self.reading.time_ms.unwrap_or(now);
        if self.has_time {
            if time - now > self.max_ahead {
                return out.reject(message, too_far_ahead(time - now, self.max_ahead));
            }
            if self.latest.is_none_or(|latest| time > latest) {
                self.latest = Some(time);
                self.close_until(time - self.allowed_lateness, out);
            }
        }
        if self.panes.is_late(time) {
            return match self.late {
                LateMessages::Drop => Ok(()),
                LateMessages::Reject => out.reject(message, too_late(self.latest.unwrap_or(now) - time)),
            };
        }
        match self.panes.figures(time, &self.reading.key, &self.report) {
            Ok(figures) => self.report.add(figures, &self.reading.values),
            Err(full) => out.reject(message, no_room(&full))?,
        }
        Ok(())
    }

    fn close_until(&mut self, time: i64, out: &mut Emitter) {
        while !out.is_stopped()
            && let Some(closed) = self.panes.close_next(time)
        {
            self.emit(&closed, out);
        }
    }

    fn close_all(&mut self, out: &mut Emitter) {
        while !out.is_stopped()
            && let Some(closed) = self.panes.close_any()
        {
            self.emit(&closed, out);
        }
    }

    fn emit(&mut self, closed: &Closed, out: &mut Emitter) {
        for (key, figures) in &closed.groups {
            if out.is_stopped() {
                return;
            }
            self.report.write(closed.bounds, key, figures, &mut self.document);
            out.push(&self.document);
        }
    }
}

impl Plan for WindowOptions {
    fn stage(self) -> Result<Box<dyn Stage>, InvalidOption> {
        Ok(Box::new(Window::new(self)?))
    }
}

impl Stage for Window {
    fn process(&mut self, input: Vec<u8>) -> Result<Vec<Vec<u8>>> {
        process_alone(self, input)
    }

    fn name(&self) -> &'static str {
        "window"
    }

    fn process_batch(&mut self, batch: Batch, out: &mut Emitter) -> Result<()> {
        // One reading for all: they have come together.
        let now = self.wall.ms_at(self.clock.now());
        if !self.has_time {
            self.close_until(now, out);
        }
        for message in batch.iter() {
            if out.is_stopped() {
                break;
            }
            self.count(message, now, out)?;
            out.next_input();
        }
        if self.idle.is_some() {
            // Read again: while results waited for room, nothing could come.
            self.last_input = Some(self.clock.now());
        }
        out.recycle(batch);
        Ok(())
    }

    fn finish(&mut self, out: &mut Emitter) -> Result<()> {
        self.close_all(out);
        Ok(())
    }

    fn next_timer(&self) -> Option<Instant> {
        if self.has_time {
            let is_waiting = !self.panes.is_empty();
            is_waiting.then(|| self.last_input?.checked_add(self.idle?)).flatten()
        } else {
            self.wall.instant_of(self.panes.next_end()?)
        }
    }

    fn on_timer(&mut self, now: Instant, out: &mut Emitter) -> Result<()> {
        if !self.has_time {
            self.close_until(self.wall.ms_at(now), out);
        } else if self.next_timer().is_some_and(|due| now >= due) {
            self.close_all(out);
        }
        Ok(())
    }
}

#[cold]
fn too_far_ahead(ahead_ms: i64, max_ahead_ms: i64) -> Error {
    Error::msg(format_args!(
        "window: the time of the message is {ahead_ms} ms ahead of the machine's clock, more than max_ahead_ms \
         ({max_ahead_ms}); raise it, check time_unit, or mend the message"
    ))
}

#[cold]
fn too_late(behind_ms: i64) -> Error {
    Error::msg(format_args!(
        "window: the message came too late, {behind_ms} ms behind the latest one: all its windows are closed; raise \
         allowed_lateness_ms"
    ))
}

#[cold]
fn no_room(full: &Full) -> Error {
    let (option, what) = match full {
        Full::Keys => ("max_keys", "its window holds"),
        Full::Groups => ("max_groups", "all windows together hold"),
    };
    Error::msg(format_args!(
        "window: the message has a new key, and {what} as many as {option} allows; raise it, or choose a key with fewer values"
    ))
}
