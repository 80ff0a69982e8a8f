//! The two marks of an edge: the fill at which backpressure starts, and the lower one at which it ends. They are shares, of
//! the capacity in messages and of the byte budget alike.
//!
//! Invariant: `low < high <= whole`, for every capacity and every budget from 1 on.

use crate::error::{Error, ErrorCode};

/// High and low mark of an edge, as shares of its capacity and of its byte budget.
///
/// Once its messages or its bytes have reached the high mark the edge is pressured; it stays so until both have fallen to the
/// low mark.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Marks {
    /// Share at which backpressure starts; `low < high <= 1`.
    pub high: f64,
    /// Share at which backpressure ends; `0 < low < high`.
    pub low: f64,
}

impl Default for Marks {
    /// 80 % and 40 %: a feeder that was held up finds room for 40 % of the ring at once, which pays for its wake-up.
    fn default() -> Self {
        Self { high: 0.8, low: 0.4 }
    }
}

/// The marks of one edge in messages, or in bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Levels {
    pub(crate) high: u64,
    pub(crate) low: u64,
}

impl Marks {
    /// `high = ceil(share * whole)`, `low = floor(share * whole)`.
    pub(crate) fn levels(self, whole: u64) -> Levels {
        let of = |share: f64| share * whole as f64;
        Levels { high: of(self.high).ceil() as u64, low: of(self.low).floor() as u64 }
    }

    /// Refuses marks outside `0 < low < high <= 1`; `edge` is named in the error.
    pub(crate) fn check(self, edge: &str) -> Result<(), Error> {
        if self.low > 0.0 && self.low < self.high && self.high <= 1.0 {
            return Ok(());
        }
        let Self { high, low } = self;
        Err(Error::new(
            ErrorCode::InvalidMarks,
            format!(
                "edge `{edge}`: high mark {high} and low mark {low} are not 0 < low < high <= 1; the defaults are 0.8 and 0.4"
            ),
        ))
    }
}

impl Levels {
    /// Marks that are never reached: backpressure is off.
    pub(crate) const OFF: Self = Self { high: u64::MAX, low: 0 };

    pub(crate) fn is_on(self) -> bool {
        self != Self::OFF
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_default_marks_are_distinct_and_within_every_capacity() {
        for capacity in (1..2000).chain([8192, 1 << 20, 64 << 20, 1 << 40]) {
            let levels = Marks::default().levels(capacity);
            assert!(levels.low < levels.high, "capacity {capacity}: {levels:?}");
            assert!(levels.high <= capacity, "capacity {capacity}: {levels:?}");
        }
    }

    #[test]
    fn marks_out_of_range_or_coinciding_are_refused() {
        for (high, low) in
            [(0.5, 0.5), (0.4, 0.8), (1.1, 0.5), (0.8, 0.0), (0.8, -0.1), (f64::NAN, 0.4), (0.8, f64::NAN)]
        {
            let refused = Marks { high, low }.check("e").unwrap_err();
            assert_eq!(refused.code(), ErrorCode::InvalidMarks, "{high} {low}");
        }
    }
}
