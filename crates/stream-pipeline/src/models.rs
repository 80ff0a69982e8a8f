//! How loom models are run: a few operations of a few threads each, in every order and with every value the memory
//! model lets a load see. The models stand beside what they check, in `edge`, `latency` and `metrics`.
//!
//! Loom 0.7 has open bugs that end an exploration early (tokio-rs/loom#166, #392), so no model trusts it: each gives an
//! outcome per execution, and its test names the whole set that must be seen. Every model was seen to fail with the line
//! it protects taken out; for the atomic orderings, `npm run weaken` does that.

use std::fmt::Debug;
use std::sync::{Arc, Mutex};

/// How often a thread is interrupted at most in one execution, beside where it waits. Three where an outcome needs it or
/// the model is small.
pub(crate) const TWO: usize = 2;
pub(crate) const THREE: usize = 3;

/// Runs `model` in every way and asserts that `expected` are the outcomes, all of them and no others.
pub(crate) fn outcomes<T>(
    preemptions: usize,
    expected: impl IntoIterator<Item = T>,
    model: impl Fn() -> T + Send + Sync + 'static,
) where
    T: PartialEq + Debug + Send + 'static,
{
    let seen = Arc::new(Mutex::new((Vec::new(), 0_u64)));
    let log = Arc::clone(&seen);
    let mut builder = loom::model::Builder::new();
    builder.preemption_bound = Some(preemptions);
    builder.max_branches = 10_000;
    builder.check(move || {
        let outcome = model();
        let mut log = log.lock().expect("loom runs one thread at a time");
        log.1 += 1;
        if !log.0.contains(&outcome) {
            log.0.push(outcome);
        }
    });
    let (outcomes, executions) = std::mem::take(&mut *seen.lock().expect("loom has ended"));
    println!("{executions} executions, {} outcomes", outcomes.len());
    assert!(executions > 1, "loom tried one order only");
    let expected: Vec<T> = expected.into_iter().collect();
    let (unseen, unexpected) = (missing(&expected, &outcomes), missing(&outcomes, &expected));
    assert!(unseen.is_empty() && unexpected.is_empty(), "not seen: {unseen:?}; not expected: {unexpected:?}");
}

/// What of `outcomes` is not in `others`.
fn missing<'a, T: PartialEq>(outcomes: &'a [T], others: &[T]) -> Vec<&'a T> {
    outcomes.iter().filter(|outcome| !others.contains(outcome)).collect()
}
