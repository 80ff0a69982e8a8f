//! What is asked for: count, sum, min, max, mean, quantile.
//!
//! Invariant: in a plan an aggregate is written as in TypeScript: `"count"`, `{ "sum": "/bytes" }`,
//! `{ "quantile": 0.99, "of": "/ms" }`.

use std::fmt;

use serde::de::value::MapAccessDeserializer;
use serde::de::{Error, MapAccess, Visitor};
use serde::{Deserialize, Deserializer};

/// A number made of the messages of one window and key. Texts are JSON pointers (RFC 6901) to the values.
///
/// A message in which the pointer leads nowhere, or to `null`, is not counted in that aggregate; one in which it leads to
/// something else that is no number is rejected. Where there was no value at all, a sum is 0 and the others are `null`.
#[derive(Clone, Debug, PartialEq)]
pub enum Aggregate {
    /// How many messages there were, whatever is in them.
    Count,
    /// The sum, added up as 64-bit floating point; one beyond the largest such number is that number.
    Sum(String),
    /// The smallest value.
    Min(String),
    /// The largest value.
    Max(String),
    /// The sum divided by the number of values.
    Mean(String),
    /// The value that the part `quantile` of the values does not exceed, of n values the one with the rank
    /// `floor(quantile * (n - 1))` from 0: within 1 % of it, for sizes from 1e-9 on; nearer to 0 it is 0. It is taken from a
    /// `DDSketch` of 2048 bins (Masson, Rim and Lee, VLDB 2019), which spans a ratio of 1e17: where values are further
    /// apart, the 1 % does not hold for the smallest ones.
    Quantile {
        /// From 0 to 1.
        quantile: f64,
        /// Where the value is.
        of: String,
    },
}

impl Aggregate {
    /// Where the value is; a count needs none.
    pub(super) fn pointer(&self) -> Option<&str> {
        match self {
            Self::Count => None,
            Self::Sum(of) | Self::Min(of) | Self::Max(of) | Self::Mean(of) | Self::Quantile { of, .. } => Some(of),
        }
    }
}

const EXPECTED: &str = "\"count\", or one of { sum }, { min }, { max }, { mean } with a pointer, or { quantile, of }";

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    sum: Option<String>,
    min: Option<String>,
    max: Option<String>,
    mean: Option<String>,
    quantile: Option<f64>,
    of: Option<String>,
}

impl Written {
    fn aggregate(self) -> Option<Aggregate> {
        Some(match self {
            Self { sum: Some(of), min: None, max: None, mean: None, quantile: None, of: None } => Aggregate::Sum(of),
            Self { sum: None, min: Some(of), max: None, mean: None, quantile: None, of: None } => Aggregate::Min(of),
            Self { sum: None, min: None, max: Some(of), mean: None, quantile: None, of: None } => Aggregate::Max(of),
            Self { sum: None, min: None, max: None, mean: Some(of), quantile: None, of: None } => Aggregate::Mean(of),
            Self { sum: None, min: None, max: None, mean: None, quantile: Some(quantile), of: Some(of) } => {
                Aggregate::Quantile { quantile, of }
            }
            _ => return None,
        })
    }
}

impl<'de> Deserialize<'de> for Aggregate {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(OneAggregate)
    }
}

struct OneAggregate;

impl<'de> Visitor<'de> for OneAggregate {
    type Value = Aggregate;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(EXPECTED)
    }

    fn visit_str<E: Error>(self, word: &str) -> Result<Aggregate, E> {
        if word == "count" {
            Ok(Aggregate::Count)
        } else {
            Err(E::custom(format_args!("`{word}` is no aggregate; choose {EXPECTED}")))
        }
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Aggregate, A::Error> {
        let written = Written::deserialize(MapAccessDeserializer::new(map))?;
        written.aggregate().ok_or_else(|| A::Error::custom(format_args!("an aggregate is {EXPECTED}")))
    }
}

/// Named aggregates, in the order in which they are written.
pub(super) fn in_order<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<(String, Aggregate)>, D::Error> {
    struct All;
    impl<'de> Visitor<'de> for All {
        type Value = Vec<(String, Aggregate)>;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("an object of names and aggregates")
        }

        fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
            let mut all = Vec::new();
            while let Some(named) = map.next_entry()? {
                all.push(named);
            }
            Ok(all)
        }
    }
    deserializer.deserialize_map(All)
}
