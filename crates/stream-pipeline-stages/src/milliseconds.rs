//! Durations in plans, which are whole numbers of milliseconds.

use std::time::Duration;

use serde::{Deserialize, Deserializer};

pub(crate) fn milliseconds<'de, D: Deserializer<'de>>(from: D) -> Result<Duration, D::Error> {
    u64::deserialize(from).map(Duration::from_millis)
}
