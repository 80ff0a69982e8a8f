//! Stages tried out: alone, batch by batch, or in a pipeline.

use stream_pipeline::{Batch, Emitter, Metrics, OverflowPolicy, PipelineBuilder, Result, Stage};

use crate::watchdog::watched;

/// What `stage` emits for these batches and at the end of input.
pub(crate) fn emitted(mut stage: impl Stage, batches: &[&[&[u8]]]) -> Result<Vec<Vec<u8>>> {
    let mut out = Emitter::detached();
    for messages in batches {
        stage.process_batch(messages.iter().copied().collect(), &mut out)?;
    }
    stage.finish(&mut out)?;
    Ok(out.take_messages())
}

/// What a pipeline of one `stage` delivers for `messages`, and its report.
pub(crate) fn delivered<'a>(
    stage: impl Stage + 'static,
    max_message_bytes: usize,
    messages: impl IntoIterator<Item = &'a [u8]>,
) -> (Vec<Vec<u8>>, Result<Metrics>) {
    let pipeline = PipelineBuilder::new()
        .add_stage_object("tried", 1024, OverflowPolicy::Block, stage)
        .with_max_message_bytes(max_message_bytes)
        .build()
        .expect("a sound plan");
    let input = pipeline.input();
    let output = pipeline.output().expect("asked for once");
    let messages: Vec<_> = messages.into_iter().map(<[u8]>::to_vec).collect();
    watched(move |watch| {
        let running = watch.over(pipeline.start_ready().expect("threads"));
        let pusher = std::thread::spawn(move || {
            // Refused only where the stage has failed, which the report says.
            let _ = input.push_many(messages);
        });
        let outputs = output.collect();
        pusher.join().expect("pushing does not panic");
        (outputs, running.wait())
    })
}

/// Cuts `bytes` into batches of one message each, of `piece_bytes`.
pub(crate) fn pieces(bytes: &[u8], piece_bytes: usize) -> Vec<Batch> {
    bytes.chunks(piece_bytes).map(|piece| Batch::from_iter([piece])).collect()
}

/// Text in which little repeats exactly, from a xorshift generator.
pub(crate) fn log_text(bytes: usize) -> Vec<u8> {
    let mut state = 0x9e37_79b9_7f4a_7c15_u64;
    let mut text = Vec::with_capacity(bytes + 64);
    while text.len() < bytes {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        text.extend_from_slice(
            format!("user={} path=/v1/{} took={}us\n", state % 9973, state % 97, state % 100_003).as_bytes(),
        );
    }
    text.truncate(bytes);
    text
}
