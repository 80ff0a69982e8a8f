//! Parts of one piece of bytes are emitted as if each were pushed by itself.

use std::ops::Range;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};

use proptest::prelude::*;
use stream_pipeline::{Batch, Emitter, ErrorCode, OverflowPolicy::Block, PipelineBuilder, batch_fn};

use crate::watchdog::watched;

fn piece_and_parts() -> impl Strategy<Value = (Vec<u8>, Vec<Range<usize>>)> {
    (0..20_000_usize).prop_flat_map(|bytes| {
        let piece: Vec<u8> = (0..bytes).map(|at| (at % 251) as u8).collect();
        // Close together, as lines lie; and anywhere, also large, backwards and over each other.
        let close = prop::collection::vec((0..40_usize, 0..20_usize), 0..200).prop_map(move |steps| {
            let mut end = 0;
            let part = |(len, gap): (usize, usize)| {
                let start = (end + gap).min(bytes);
                end = (start + len).min(bytes);
                start..end
            };
            steps.into_iter().map(part).collect()
        });
        let any = prop::collection::vec((0..=bytes, 0..=bytes), 0..20)
            .prop_map(|ends| ends.into_iter().map(|(a, b)| a.min(b)..a.max(b)).collect());
        (Just(piece), prop_oneof![3 => close, 1 => any])
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1000))]

    #[test]
    fn any_parts_arrive_as_if_pushed_one_by_one((piece, parts) in piece_and_parts()) {
        let mut out = Emitter::detached();
        out.push(b"before");
        out.push_parts(&piece, parts.iter().cloned());
        out.push(b"behind");
        let expected = parts.into_iter().map(|part| &piece[part]);
        let expected: Vec<&[u8]> = [&b"before"[..]].into_iter().chain(expected).chain([&b"behind"[..]]).collect();
        prop_assert_eq!(out.take_messages(), expected);
    }
}

/// Emits the bytes of each message one by one.
fn bytewise() -> impl stream_pipeline::Stage {
    batch_fn(|batch: Batch, out: &mut Emitter| {
        for message in batch.iter() {
            out.push_parts(message, (0..message.len()).map(|at| at..at + 1));
            out.next_input();
        }
        out.recycle(batch);
        Ok(())
    })
}

#[test]
fn no_batch_of_parts_is_longer_than_the_next_edge_wants_and_each_part_is_in_the_books() {
    let longest = Arc::new(AtomicUsize::new(0));
    let seen = Arc::clone(&longest);
    let pipeline = PipelineBuilder::new()
        .add_stage_object("bytes", 64, Block, bytewise())
        .add_stage_object(
            "seen",
            64,
            Block,
            batch_fn(move |batch: Batch, out: &mut Emitter| {
                seen.fetch_max(batch.len(), Relaxed);
                out.forward(batch);
                Ok(())
            }),
        )
        .build()
        .unwrap();
    let (input, output) = (pipeline.input(), pipeline.output().unwrap());
    watched(move |watch| {
        let running = watch.over(pipeline.start_ready().unwrap());
        let pusher = std::thread::spawn(move || {
            for _ in 0..10 {
                input.push(vec![7; 1000]).unwrap();
            }
        });
        assert!(output.eq(std::iter::repeat_n([7], 10_000)));
        pusher.join().unwrap();
        let ledger = running.wait().unwrap().ledger;
        assert_eq!((ledger.accepted, ledger.created, ledger.absorbed), (10, 10_000 - 10, 0));
        assert_eq!(ledger.balance(), 0);
    });
    // A quarter of the edge's capacity.
    assert_eq!(longest.load(Relaxed), 16);
}

#[test]
fn a_part_beyond_the_limit_fails_the_stage_and_those_before_it_are_delivered() {
    let cut = batch_fn(|batch: Batch, out: &mut Emitter| {
        out.push_parts(&[7; 100], [0..8, 9..12, 20..29, 30..31]);
        out.next_input();
        out.recycle(batch);
        Ok(())
    });
    let pipeline =
        PipelineBuilder::new().add_stage_object("cut", 64, Block, cut).with_max_message_bytes(8).build().unwrap();
    let (input, output) = (pipeline.input(), pipeline.output().unwrap());
    watched(move |watch| {
        let running = watch.over(pipeline.start_ready().unwrap());
        input.push(b"one".to_vec()).unwrap();
        drop(input);
        assert!(output.eq([vec![7; 8], vec![7; 3]]));
        let error = running.wait().unwrap_err();
        assert_eq!((error.code(), error.sequence()), (ErrorCode::MessageTooLarge, Some(0)));
    });
}
