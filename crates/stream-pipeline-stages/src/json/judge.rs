//! The fast form of stages that let some documents pass and absorb the others.
//!
//! Invariants: where every document can be read, no byte is copied; one that cannot is rejected as the message that it is,
//! and the next one is judged.

use stream_pipeline::{Batch, Emitter, Result};

use super::scan::Scan;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Verdict {
    Passes,
    Absorbed,
    Invalid,
}

/// Forwards the messages for which `passes` is true; `verdicts` is kept from batch to batch.
pub(super) fn judge(
    mut batch: Batch,
    out: &mut Emitter,
    verdicts: &mut Vec<Verdict>,
    mut passes: impl FnMut(&[u8]) -> Scan<bool>,
) -> Result<()> {
    verdicts.clear();
    verdicts.extend(batch.iter().take_while(|_| !out.is_stopped()).map(|message| match passes(message) {
        Ok(true) => Verdict::Passes,
        Ok(false) => Verdict::Absorbed,
        Err(_) => Verdict::Invalid,
    }));
    if verdicts.len() < batch.len() {
        out.recycle(batch);
        return Ok(());
    }
    if verdicts.contains(&Verdict::Invalid) {
        return one_by_one(batch, out, verdicts, passes);
    }
    let mut verdicts = verdicts.iter();
    batch.retain(|_| verdicts.next() == Some(&Verdict::Passes));
    out.forward(batch);
    Ok(())
}

/// So that each message that is rejected leaves under its own number.
fn one_by_one(
    batch: Batch,
    out: &mut Emitter,
    verdicts: &[Verdict],
    mut passes: impl FnMut(&[u8]) -> Scan<bool>,
) -> Result<()> {
    for (message, verdict) in batch.iter().zip(verdicts) {
        if out.is_stopped() {
            break;
        }
        match verdict {
            Verdict::Passes => out.push(message),
            Verdict::Absorbed => {}
            Verdict::Invalid => {
                if let Err(invalid) = passes(message) {
                    out.reject(message, invalid.into())?;
                }
            }
        }
        out.next_input();
    }
    out.recycle(batch);
    Ok(())
}
