//! What a document is asked, as data: comparisons of its values with constants, and, or, not.
//!
//! Invariant: the JSON form says the same as the Rust form; what neither can mean is refused when it is read.

use serde::de::{Deserialize, Deserializer, Error, MapAccess, Visitor};

/// A constant that values are compared with.
#[derive(Clone, Debug, PartialEq, serde::Deserialize)]
#[serde(untagged)]
pub enum Scalar {
    /// `null`; a value that is missing is not.
    Null,
    /// `true` or `false`.
    Bool(bool),
    /// A number, as JavaScript holds it.
    Number(f64),
    /// A string.
    Text(String),
}

/// What a value is asked.
///
/// Values of different types, arrays and objects among them, are unequal and in no order. Numbers are compared as `f64`,
/// strings by their UTF-16 code units, both as in JavaScript. A value that is missing is unequal to every constant.
#[derive(Clone, Debug, PartialEq)]
pub enum Comparison {
    /// Whether it equals the constant.
    Equal(Scalar),
    /// Whether it does not; true for a value that is missing.
    NotEqual(Scalar),
    /// Whether it is less than a number or string.
    Less(Scalar),
    /// Whether it is less than a number or string, or equal.
    AtMost(Scalar),
    /// Whether it is greater than a number or string.
    Greater(Scalar),
    /// Whether it is greater than a number or string, or equal.
    AtLeast(Scalar),
    /// Whether it equals one of the constants.
    In(Vec<Scalar>),
    /// Whether there is a value, be it `null`; with `false`, whether there is none.
    Exists(bool),
}

/// What a document is asked.
///
/// As JSON: `{ "/status": { "gte": 500, "lt": 600 }, "not": { "/path": { "in": ["/health"] } } }`. Keys that begin with `/`
/// (or are empty) are JSON pointers, and their values the comparisons `eq`, `ne`, `lt`, `lte`, `gt`, `gte`, `in` and `exists`;
/// `and` and `or` have lists of predicates, `not` has one. All that an object says must be true.
///
/// ```
/// use stream_pipeline_stages::{Comparison, Predicate, Scalar};
/// let read: Predicate = serde_json::from_str(r#"{ "/status": { "gte": 500 } }"#)?;
/// let at_least = Comparison::AtLeast(Scalar::Number(500.0));
/// assert_eq!(read, Predicate::All(vec![Predicate::Value { pointer: "/status".into(), is: at_least }]));
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
pub enum Predicate {
    /// All of these are true.
    All(Vec<Predicate>),
    /// One of these is true.
    Any(Vec<Predicate>),
    /// This is not true.
    Not(Box<Predicate>),
    /// A value is as it is asked to be.
    Value {
        /// The JSON pointer (RFC 6901) to it.
        pointer: String,
        /// What it is asked.
        is: Comparison,
    },
}

impl<'de> Deserialize<'de> for Predicate {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(PredicateForm)
    }
}

struct PredicateForm;

impl<'de> Visitor<'de> for PredicateForm {
    type Value = Predicate;

    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("a predicate, which is an object of JSON pointers, `and`, `or` and `not`")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Predicate, A::Error> {
        let mut all = Vec::new();
        while let Some(key) = map.next_key::<String>()? {
            match key.as_str() {
                "and" => all.push(Predicate::All(map.next_value()?)),
                "or" => all.push(Predicate::Any(map.next_value()?)),
                "not" => all.push(Predicate::Not(map.next_value()?)),
                _ if key.is_empty() || key.starts_with('/') => {
                    let Comparisons(comparisons) = map.next_value()?;
                    all.extend(comparisons.into_iter().map(|is| Predicate::Value { pointer: key.clone(), is }));
                }
                _ => {
                    return Err(A::Error::custom(format!(
                        "`{key}` is neither a JSON pointer nor `and`, `or` or `not`"
                    )));
                }
            }
        }
        Ok(Predicate::All(all))
    }
}

struct Comparisons(Vec<Comparison>);

impl<'de> Deserialize<'de> for Comparisons {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(ComparisonsForm)
    }
}

struct ComparisonsForm;

impl<'de> Visitor<'de> for ComparisonsForm {
    type Value = Comparisons;

    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("an object of comparisons, such as `{ \"gte\": 500 }`")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Comparisons, A::Error> {
        let mut all = Vec::new();
        while let Some(key) = map.next_key::<String>()? {
            all.push(match key.as_str() {
                "eq" => Comparison::Equal(map.next_value()?),
                "ne" => Comparison::NotEqual(map.next_value()?),
                "lt" => Comparison::Less(map.next_value()?),
                "lte" => Comparison::AtMost(map.next_value()?),
                "gt" => Comparison::Greater(map.next_value()?),
                "gte" => Comparison::AtLeast(map.next_value()?),
                "in" => Comparison::In(map.next_value()?),
                "exists" => Comparison::Exists(map.next_value()?),
                _ => {
                    let known = &["eq", "ne", "lt", "lte", "gt", "gte", "in", "exists"];
                    return Err(A::Error::unknown_field(&key, known));
                }
            });
        }
        if all.is_empty() {
            return Err(A::Error::custom("an object without a comparison; ask `exists`, or leave the pointer out"));
        }
        Ok(Comparisons(all))
    }
}
