//! The numbers of one key in a window or pane, and how they are written.
//!
//! Invariants: merging is adding: figures merged are those of all their messages together (a sum but for the rounding of
//! floating point); their memory does not grow with the number of messages.

use std::io::Write;

use sketches_ddsketch::{Config, DDSketch};

use super::aggregate::Aggregate;
use super::options::WindowOptions;

/// Whole numbers up to 2^53 are written as such.
const MAX_WHOLE: f64 = 9_007_199_254_740_992.0;

/// The numbers that one pointer leads to.
#[derive(Clone)]
struct Numbers {
    count: u64,
    sum: f64,
    min: f64,
    max: f64,
    /// Where a quantile is asked for; made by the first number.
    sketch: Option<Box<DDSketch>>,
}

impl Numbers {
    const NONE: Self = Self { count: 0, sum: 0.0, min: f64::INFINITY, max: f64::NEG_INFINITY, sketch: None };

    #[inline]
    fn add(&mut self, value: f64, is_sketched: bool) {
        self.count += 1;
        self.sum = (self.sum + value).clamp(f64::MIN, f64::MAX);
        self.min = self.min.min(value);
        self.max = self.max.max(value);
        if is_sketched {
            self.sketch.get_or_insert_with(|| Box::new(DDSketch::new(Config::defaults()))).add(value);
        }
    }

    fn merge(&mut self, other: &Self) {
        self.count += other.count;
        self.sum = (self.sum + other.sum).clamp(f64::MIN, f64::MAX);
        self.min = self.min.min(other.min);
        self.max = self.max.max(other.max);
        match (&mut self.sketch, &other.sketch) {
            (Some(sketch), Some(others)) => sketch.merge(others).expect("all sketches are configured alike"),
            (none @ None, Some(others)) => *none = Some(others.clone()),
            (_, None) => {}
        }
    }
}

/// The numbers of one key.
#[derive(Clone)]
pub(super) struct Figures {
    messages: u64,
    columns: Box<[Numbers]>,
}

impl Figures {
    pub(super) fn merge(&mut self, other: &Self) {
        self.messages += other.messages;
        for (numbers, others) in self.columns.iter_mut().zip(&other.columns) {
            numbers.merge(others);
        }
    }
}

/// What is gathered of each message, and what is written of it in the end.
#[derive(Debug)]
pub(super) struct Report {
    /// Whether there is a key to write, and whether it is one of several values.
    key: KeyForm,
    /// Of each distinct pointer, whether a quantile is asked of it.
    sketched: Vec<bool>,
    fields: Vec<Field>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum KeyForm {
    None,
    One,
    Several,
}

#[derive(Debug)]
struct Field {
    /// `,"name":`
    intro: Vec<u8>,
    aggregate: Aggregate,
    column: usize,
}

impl Report {
    /// The report that is asked for; `pointers` are the distinct ones, in the order of the columns.
    pub(super) fn new(options: &WindowOptions, pointers: &[&str]) -> Self {
        let mut sketched = vec![false; pointers.len()];
        let mut fields = Vec::new();
        for (name, aggregate) in &options.aggregates {
            let column = pointers.iter().position(|pointer| Some(*pointer) == aggregate.pointer()).unwrap_or(0);
            if let Aggregate::Quantile { .. } = aggregate {
                sketched[column] = true;
            }
            let name = serde_json::Value::from(name.as_str());
            fields.push(Field { intro: format!(",{name}:").into_bytes(), aggregate: aggregate.clone(), column });
        }
        Self { key: options.key_form(), sketched, fields }
    }

    pub(super) fn figures(&self) -> Figures {
        Figures { messages: 0, columns: vec![Numbers::NONE; self.sketched.len()].into() }
    }

    /// Adds a message with these values, one for each column.
    #[inline]
    pub(super) fn add(&self, figures: &mut Figures, values: &[Option<f64>]) {
        figures.messages += 1;
        for ((numbers, value), is_sketched) in figures.columns.iter_mut().zip(values).zip(&self.sketched) {
            if let Some(value) = value {
                numbers.add(*value, *is_sketched);
            }
        }
    }

    /// Writes the document of one window and key.
    pub(super) fn write(&self, [start, end]: [i64; 2], key: &[u8], figures: &Figures, document: &mut Vec<u8>) {
        document.clear();
        write(document, format_args!("{{\"windowStart\":{start},\"windowEnd\":{end}"));
        match self.key {
            KeyForm::None => {}
            KeyForm::One => document.extend([b",\"key\":", key].concat()),
            KeyForm::Several => document.extend([b",\"key\":[", key, b"]"].concat()),
        }
        for field in &self.fields {
            document.extend_from_slice(&field.intro);
            let number = match &field.aggregate {
                Aggregate::Count => Some(figures.messages as f64),
                aggregate => of_column(aggregate, &figures.columns[field.column]),
            };
            write_number(document, number);
        }
        document.push(b'}');
    }
}

fn of_column(aggregate: &Aggregate, numbers: &Numbers) -> Option<f64> {
    if let Aggregate::Sum(_) = aggregate {
        return Some(numbers.sum);
    }
    if numbers.count == 0 {
        return None;
    }
    match aggregate {
        Aggregate::Min(_) => Some(numbers.min),
        Aggregate::Max(_) => Some(numbers.max),
        Aggregate::Mean(_) => Some(numbers.sum / numbers.count as f64),
        Aggregate::Quantile { quantile, .. } => {
            let sketch = numbers.sketch.as_ref()?;
            let value = sketch.quantile(*quantile).expect("from 0 to 1")?;
            // The middle of a bin may lie beyond what there was.
            Some(value.clamp(numbers.min, numbers.max))
        }
        Aggregate::Count | Aggregate::Sum(_) => unreachable!("answered above"),
    }
}

/// Writes a finite number, whole ones without a point, or `null`.
pub(super) fn write_number(document: &mut Vec<u8>, number: Option<f64>) {
    match number {
        Some(whole) if whole.fract() == 0.0 && whole.abs() <= MAX_WHOLE => {
            write(document, format_args!("{}", whole as i64));
        }
        Some(number) => serde_json::to_writer(document, &number).expect("a Vec takes everything"),
        None => document.extend_from_slice(b"null"),
    }
}

fn write(document: &mut Vec<u8>, text: std::fmt::Arguments<'_>) {
    document.write_fmt(text).expect("a Vec takes everything");
}
