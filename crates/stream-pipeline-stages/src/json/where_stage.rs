//! `Where`: documents of which a predicate is true pass, the others are absorbed.
//!
//! Invariant: a message that passes is the one that came; where all messages are documents, no byte is copied.

use std::ops::Range;

use serde::Deserialize;
use stream_pipeline::{Batch, Emitter, Result, Stage};

use super::compare::is_true;
use super::judge::{Verdict, judge};
use super::pointer::{Pointer, Pointers};
use super::predicate::{Comparison, Predicate, Scalar};
use crate::invalid_option::InvalidOption;
use crate::plan::Plan;
use crate::simple_form::process_alone;

const STAGE: &str = "where";

/// Levels of `and`, `or` and `not`, at most.
const MAX_LEVELS: usize = 32;

/// Constants in one predicate, at most: a document may be compared with each.
const MAX_CONSTANTS: usize = 1024;

/// Keeps the documents of which a predicate is true; the others are absorbed.
///
/// What comparisons mean is said at [`Comparison`]. Of a key that occurs again in an object, the last value counts. A
/// message that is not one JSON document, in UTF-8 and of at most 128 levels, is rejected, wherever its fault is.
///
/// ```
/// use stream_pipeline::{Batch, Emitter, Stage};
/// use stream_pipeline_stages::Where;
///
/// let predicate = r#"{ "/status": { "gte": 500 }, "/path": { "ne": "/health" } }"#;
/// let mut failures = Where::new(serde_json::from_str(predicate)?)?;
/// let mut out = Emitter::detached();
/// failures.process_batch(Batch::from_iter([&br#"{"status":200}"#[..], br#"{"status":503}"#]), &mut out)?;
/// assert_eq!(out.take_messages(), [br#"{"status":503}"#]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
pub struct Where {
    test: Test,
    pointers: Pointers,
    verdicts: Vec<Verdict>,
}

/// A predicate whose pointers are numbered.
#[derive(Debug)]
enum Test {
    All(Vec<Test>),
    Any(Vec<Test>),
    Not(Box<Test>),
    Value(usize, Comparison),
}

impl Where {
    /// Refuses a predicate with more than 32 levels of and, or and not, 256 pointers or 1,024 constants; one that asks
    /// nothing; an order with `null`, `true` or `false`; a number that is none; and what is no JSON pointer.
    ///
    /// ```
    /// use stream_pipeline_stages::{Predicate, Where};
    /// let refused = Where::new(Predicate::Any(Vec::new())).unwrap_err();
    /// assert_eq!(refused.to_string(), "where: option `predicate`: a part of it asks nothing; leave the part out");
    /// ```
    #[expect(clippy::needless_pass_by_value, reason = "all constructors take their options in the same way")]
    pub fn new(predicate: Predicate) -> std::result::Result<Self, InvalidOption> {
        let mut compiler = Compiler { pointers: Vec::new(), constants: 0 };
        let test = compiler.test(&predicate, 0)?;
        Ok(Self { test, pointers: Pointers::new(STAGE, "predicate", &compiler.pointers)?, verdicts: Vec::new() })
    }
}

fn refuse<T>(text: impl Into<String>) -> std::result::Result<T, InvalidOption> {
    Err(InvalidOption::new(STAGE, "predicate", text.into()))
}

struct Compiler {
    pointers: Vec<Pointer>,
    constants: usize,
}

impl Compiler {
    fn test(&mut self, predicate: &Predicate, level: usize) -> std::result::Result<Test, InvalidOption> {
        if level > MAX_LEVELS {
            return refuse(format!("more than {MAX_LEVELS} levels of and, or and not; use several stages"));
        }
        Ok(match predicate {
            Predicate::All(parts) | Predicate::Any(parts) if parts.is_empty() => {
                return refuse("a part of it asks nothing; leave the part out");
            }
            Predicate::All(parts) => match parts.as_slice() {
                [part] => self.test(part, level + 1)?,
                _ => Test::All(self.tests(parts, level)?),
            },
            Predicate::Any(parts) => Test::Any(self.tests(parts, level)?),
            Predicate::Not(part) => Test::Not(Box::new(self.test(part, level + 1)?)),
            Predicate::Value { pointer, is } => {
                self.check(is)?;
                Test::Value(self.number_of(pointer)?, is.clone())
            }
        })
    }

    fn tests(&mut self, parts: &[Predicate], level: usize) -> std::result::Result<Vec<Test>, InvalidOption> {
        parts.iter().map(|part| self.test(part, level + 1)).collect()
    }

    fn number_of(&mut self, text: &str) -> std::result::Result<usize, InvalidOption> {
        if let Some(known) = self.pointers.iter().position(|pointer| pointer.text() == text) {
            return Ok(known);
        }
        self.pointers.push(Pointer::parse(STAGE, "predicate", text)?);
        Ok(self.pointers.len() - 1)
    }

    fn check(&mut self, comparison: &Comparison) -> std::result::Result<(), InvalidOption> {
        let (constants, is_order) = match comparison {
            Comparison::Equal(constant) | Comparison::NotEqual(constant) => (std::slice::from_ref(constant), false),
            Comparison::Less(constant)
            | Comparison::AtMost(constant)
            | Comparison::Greater(constant)
            | Comparison::AtLeast(constant) => (std::slice::from_ref(constant), true),
            Comparison::In(constants) => (constants.as_slice(), false),
            Comparison::Exists(_) => (&[][..], false),
        };
        self.constants += constants.len();
        if self.constants > MAX_CONSTANTS {
            return refuse(format!("more than {MAX_CONSTANTS} constants; use fewer, or a stage of your own"));
        }
        for constant in constants {
            match constant {
                Scalar::Null | Scalar::Bool(_) if is_order => {
                    return refuse("an order with null, true or false; compare with a number or a string");
                }
                Scalar::Number(number) if number.is_nan() => {
                    return refuse("a constant that is NaN, which equals nothing; use `exists` or a number");
                }
                _ => {}
            }
        }
        Ok(())
    }
}

impl Test {
    /// Calls itself for each level, at most.
    fn is_true(&self, document: &[u8], found: &[Option<Range<usize>>]) -> bool {
        match self {
            Self::All(parts) => parts.iter().all(|part| part.is_true(document, found)),
            Self::Any(parts) => parts.iter().any(|part| part.is_true(document, found)),
            Self::Not(part) => !part.is_true(document, found),
            Self::Value(number, comparison) => {
                is_true(comparison, found[*number].clone().map(|place| &document[place]))
            }
        }
    }
}

/// A predicate, as a plan holds it.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct WherePlan {
    predicate: Predicate,
}

impl Plan for WherePlan {
    fn stage(self) -> std::result::Result<Box<dyn Stage>, InvalidOption> {
        Ok(Box::new(Where::new(self.predicate)?))
    }
}

impl Stage for Where {
    fn process(&mut self, input: Vec<u8>) -> Result<Vec<Vec<u8>>> {
        process_alone(self, input)
    }

    fn name(&self) -> &'static str {
        STAGE
    }

    fn process_batch(&mut self, batch: Batch, out: &mut Emitter) -> Result<()> {
        let Self { test, pointers, verdicts } = self;
        judge(batch, out, verdicts, |document| Ok(test.is_true(document, pointers.find(document)?)))
    }
}
