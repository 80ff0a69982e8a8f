//! Messages that still lie as they were cut are copied together, and nobody can tell from the chunks.

use proptest::prelude::*;
use stream_pipeline::{Batch, Emitter, OverflowPolicy::Block, PipelineBuilder, Stage, batch_fn};
use stream_pipeline_stages::{Join, JoinOptions, Lines};

use crate::watchdog::watched;

/// Joined chunks, in the plainest words; nothing is longer than a message of the pipeline may be.
fn model(batches: &[Batch], options: &JoinOptions) -> Vec<Vec<u8>> {
    let JoinOptions { separator, trailing, chunk_bytes } = options;
    let (mut chunks, mut begun) = (Vec::new(), false);
    for batch in batches {
        let mut chunk = Vec::new();
        for (index, message) in batch.iter().enumerate() {
            if index > 0 && chunk.len() + message.len() + separator.len() > *chunk_bytes {
                chunks.push(std::mem::take(&mut chunk));
            }
            if begun && !trailing {
                chunk.extend_from_slice(separator);
            }
            begun = true;
            chunk.extend_from_slice(message);
            if *trailing {
                chunk.extend_from_slice(separator);
            }
        }
        chunks.push(chunk);
    }
    chunks.retain(|chunk| !chunk.is_empty());
    chunks
}

/// A batch whose messages have the ends of `cells` cut off: with luck just the separator.
fn cut(cells: &[Vec<u8>], cuts: Vec<(usize, usize, bool)>) -> Batch {
    let mut batch: Batch = cells.iter().map(Vec::as_slice).collect();
    let mut cuts = cuts.into_iter().cycle();
    batch.narrow(|cell| {
        let (front, back, keeps) = cuts.next()?;
        let start = front.min(cell.len());
        keeps.then(|| start..cell.len().saturating_sub(back).max(start))
    });
    batch
}

fn batch() -> impl Strategy<Value = Batch> {
    // Of bytes of which separators are made; every fiftieth or so is large.
    let byte = prop_oneof![4 => Just(b'\n'), 2 => Just(b'\r'), 2 => Just(b'a')];
    let small = prop::collection::vec(byte, 0..6).boxed();
    let cell = prop_oneof![50 => small, 1 => Just(vec![b'\n'; 5000]).boxed()];
    let one = (prop_oneof![8 => Just(0_usize), 1 => 0..3_usize], prop_oneof![4 => Just(1), 2 => 0..3_usize]);
    let one = (one, prop::bool::weighted(0.9)).prop_map(|((front, back), keeps)| (front, back, keeps));
    let cuts = prop_oneof![Just(vec![(0, 1, true)]), Just(vec![(0, 2, true)]), prop::collection::vec(one, 1..20)];
    (prop::collection::vec(cell, 1..40), cuts).prop_map(|(cells, cuts)| cut(&cells, cuts))
}

fn options() -> impl Strategy<Value = JoinOptions> {
    let separators: [&'static [u8]; 6] = [b"\n", b"\r\n", b"", b"\n\n", b"a", b"\n\ra\n"];
    let separator = prop::sample::select(separators.to_vec()).prop_map(<[u8]>::to_vec);
    let chunk_bytes = prop_oneof![0..100_usize, Just(64 * 1024)];
    (separator, any::<bool>(), chunk_bytes).prop_map(|(separator, trailing, chunk_bytes)| JoinOptions {
        separator,
        trailing,
        chunk_bytes,
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(3000))]

    #[test]
    fn chunks_are_those_of_a_plain_fold(batches in prop::collection::vec(batch(), 0..4), options in options()) {
        let expected = model(&batches, &options);
        let mut join = Join::new(options);
        let mut out = Emitter::detached();
        for batch in batches.into_iter().filter(|batch| !batch.is_empty()) {
            join.process_batch(batch, &mut out).unwrap();
        }
        prop_assert_eq!(out.take_messages(), expected);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(100))]

    #[test]
    fn lines_filtered_and_joined_in_a_pipeline_are_those_of_a_plain_fold_and_in_the_books(
        lines in prop::collection::vec((prop_oneof![0..3_usize, 60..70_usize, 4090..4100_usize], any::<bool>()), 0..400),
        modulus in 2..9_usize,
        piece_bytes in prop_oneof![1..100_usize, Just(64 * 1024)],
    ) {
        let keeps = move |line: &[u8]| !line.len().is_multiple_of(modulus);
        let lines: Vec<(Vec<u8>, &[u8])> =
            lines.iter().map(|(bytes, crlf)| (vec![b'x'; *bytes], if *crlf { &b"\r\n"[..] } else { b"\n" })).collect();
        let text: Vec<u8> = lines.iter().flat_map(|(line, end)| [line, *end].concat()).collect();
        let kept: Vec<&Vec<u8>> = lines.iter().map(|(line, _)| line).filter(|line| keeps(line)).collect();
        let expected: Vec<u8> = kept.iter().flat_map(|line| [line, &b"\n"[..]].concat()).collect();
        let filter = batch_fn(move |mut batch: Batch, out: &mut Emitter| {
            batch.retain(keeps);
            out.forward(batch);
            Ok(())
        });
        let pipeline = PipelineBuilder::new()
            .add_stage_object("lines", 64, Block, Lines::default())
            .add_stage_object("filter", 256, Block, filter)
            .add_stage_object("join", 256, Block, Join::default())
            .build()
            .unwrap();
        let (input, output) = (pipeline.input(), pipeline.output().unwrap());
        let pieces: Vec<Vec<u8>> = text.chunks(piece_bytes).map(<[u8]>::to_vec).collect();
        let (chunks, report) = watched(move |watch| {
            let running = watch.over(pipeline.start_ready().unwrap());
            let pusher = std::thread::spawn(move || { input.push_many(pieces).unwrap(); });
            let chunks: Vec<Vec<u8>> = output.collect();
            pusher.join().unwrap();
            (chunks, running.wait().unwrap())
        });
        prop_assert_eq!(report.ledger.delivered, chunks.len() as u64);
        let joined = &report.stages[2];
        prop_assert_eq!(joined.received, kept.len() as u64);
        prop_assert_eq!((joined.created, joined.absorbed), (0, kept.len() as u64 - chunks.len() as u64));
        prop_assert_eq!(report.ledger.balance(), 0);
        prop_assert_eq!(chunks.concat(), expected);
    }
}
