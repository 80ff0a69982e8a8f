//! Stages tried out: alone, batch by batch, or in a pipeline.

use stream_pipeline::{
    Batch, DeadLetter, Emitter, ErrorPolicy, Metrics, OverflowPolicy, PipelineBuilder, Result, Stage,
};

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

/// What a pipeline of one `stage` with the policy `dead-letter` delivers for `messages`, its dead letters, and its report.
/// The books balance.
pub(crate) fn dead_lettered<'a>(
    stage: impl Stage + 'static,
    messages: impl IntoIterator<Item = &'a [u8]>,
) -> (Vec<Vec<u8>>, Vec<DeadLetter>, Metrics) {
    let pipeline = PipelineBuilder::new()
        .add_stage_object("tried", 1024, OverflowPolicy::Block, stage)
        .with_error_policy("tried", ErrorPolicy::DeadLetter)
        .build()
        .expect("a sound plan");
    let (input, output) = (pipeline.input(), pipeline.output().expect("asked for once"));
    let letters = pipeline.dead_letters().expect("asked for once");
    let messages: Vec<_> = messages.into_iter().map(<[u8]>::to_vec).collect();
    watched(move |watch| {
        let running = watch.over(pipeline.start_ready().expect("threads"));
        let pusher = std::thread::spawn(move || input.push_many(messages).expect("taken"));
        let reader = std::thread::spawn(move || letters.collect::<Vec<_>>());
        let outputs: Vec<_> = output.collect();
        pusher.join().expect("pushing does not panic");
        let letters = reader.join().expect("reading does not panic");
        let report = running.wait().expect("goes on behind what is bad");
        assert_eq!((report.ledger.balance(), report.ledger.dead_lettered), (0, letters.len() as u64));
        (outputs, letters, report)
    })
}

/// What a pipeline of one `stage` with the policy `skip` delivers for `messages`, and how many messages it skipped. The
/// books balance.
pub(crate) fn skipped<'a>(
    stage: impl Stage + 'static,
    messages: impl IntoIterator<Item = &'a [u8]>,
) -> (Vec<Vec<u8>>, u64) {
    let pipeline = PipelineBuilder::new()
        .add_stage_object("tried", 1024, OverflowPolicy::Block, stage)
        .with_error_policy("tried", ErrorPolicy::Skip)
        .build()
        .expect("a sound plan");
    let (input, output) = (pipeline.input(), pipeline.output().expect("asked for once"));
    let messages: Vec<_> = messages.into_iter().map(<[u8]>::to_vec).collect();
    watched(move |watch| {
        let running = watch.over(pipeline.start_ready().expect("threads"));
        let pusher = std::thread::spawn(move || input.push_many(messages).expect("taken"));
        let outputs: Vec<_> = output.collect();
        pusher.join().expect("pushing does not panic");
        let ledger = running.wait().expect("goes on behind what is bad").ledger;
        assert_eq!((ledger.balance(), ledger.failed), (0, 0));
        (outputs, ledger.skipped)
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
