//! `Stage::process` of the stages that emit: the fast form, on a batch of one message.
//!
//! Invariant: both forms are one code, so they cannot differ.

use stream_pipeline::{Batch, Emitter, Result, Stage};

pub(crate) fn process_alone(stage: &mut impl Stage, input: Vec<u8>) -> Result<Vec<Vec<u8>>> {
    let mut batch = Batch::new();
    batch.push_vec(input);
    let mut out = Emitter::detached();
    stage.process_batch(batch, &mut out)?;
    Ok(out.take_messages())
}
