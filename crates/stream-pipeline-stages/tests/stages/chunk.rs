//! What `Chunk` gathers: by count and by bytes; and where each message went.

use proptest::prelude::*;
use stream_pipeline::{ErrorPolicy, OverflowPolicy::Block, PipelineBuilder};
use stream_pipeline_stages::{Chunk, ChunkOptions};

use crate::trial::{delivered, emitted};
use crate::watchdog::watched;

fn chunk(max_messages: usize, max_bytes: usize, trailing: bool) -> Chunk {
    let separator = b", ".to_vec();
    Chunk::new(ChunkOptions { max_messages, max_bytes, separator, trailing, ..ChunkOptions::default() })
        .expect("sound options")
}

const SEVEN: &[&[u8]] = &[b"a", b"b", b"c", b"d", b"e", b"f", b"g"];

#[test]
fn a_chunk_leaves_when_it_has_all_its_messages_and_the_rest_at_the_end() {
    let expected: [&[u8]; 3] = [b"a, b, c, ", b"d, e, f, ", b"g, "];
    assert_eq!(emitted(chunk(3, 1000, true), &[SEVEN]).unwrap(), expected);
    assert_eq!(emitted(chunk(3, 1000, true), &[&SEVEN[..2], &SEVEN[2..]]).unwrap(), expected);
    assert_eq!(emitted(chunk(3, 1000, false), &[SEVEN]).unwrap(), [&b"a, b, c"[..], b"d, e, f", b"g"]);
}

#[test]
fn a_chunk_leaves_before_the_message_that_would_be_too_much() {
    assert_eq!(emitted(chunk(100, 6, true), &[SEVEN]).unwrap(), [&b"a, b, "[..], b"c, d, ", b"e, f, ", b"g, "]);
    assert_eq!(emitted(chunk(100, 7, false), &[SEVEN]).unwrap(), [&b"a, b, c"[..], b"d, e, f", b"g"]);
}

#[test]
fn a_message_longer_than_a_chunk_is_one_by_itself_and_keeps_its_place() {
    let messages: [&[u8]; 4] = [b"a", &[b'x'; 5000], b"b", b""];
    let long = [&[b'x'; 5000][..], b", "].concat();
    assert_eq!(emitted(chunk(9, 8, true), &[&messages]).unwrap(), [&b"a, "[..], &long, b"b, , "]);
}

#[test]
fn messages_are_absorbed_but_for_the_last_of_each_chunk_and_the_end_creates_one() {
    let (chunks, report) = delivered(chunk(3, 1000, true), 1000, SEVEN.iter().copied());
    let ledger = report.unwrap().ledger;
    assert_eq!((chunks.len(), ledger.accepted, ledger.absorbed, ledger.created), (3, 7, 5, 1));
    assert_eq!(ledger.balance(), 0);
}

#[test]
fn a_message_too_long_for_the_pipeline_with_its_separator_is_rejected_and_the_next_ones_pass() {
    for policy in [ErrorPolicy::Fail, ErrorPolicy::Skip, ErrorPolicy::DeadLetter] {
        let pipeline = PipelineBuilder::new()
            .add_stage_object("chunk", 16, Block, chunk(2, 1000, true))
            .with_max_message_bytes(6)
            .with_error_policy("chunk", policy)
            .build()
            .unwrap();
        let (input, output) = (pipeline.input(), pipeline.output().unwrap());
        let letters = pipeline.dead_letters().ok();
        watched(move |watch| {
            let running = watch.over(pipeline.start_ready().unwrap());
            let pusher = std::thread::spawn(move || {
                let _ = input.push_many([b"a".to_vec(), b"12345".to_vec(), b"b".to_vec(), b"c".to_vec()]);
            });
            let letters: Vec<_> = letters.into_iter().flatten().collect();
            let chunks: Vec<_> = output.collect();
            pusher.join().unwrap();
            match (running.wait(), policy) {
                (Err(error), ErrorPolicy::Fail) => {
                    assert!(error.to_string().contains("7 bytes with its separator"), "{error}");
                    assert_eq!((error.sequence(), chunks), (Some(1), vec![b"a, ".to_vec()]));
                }
                (report, _) => {
                    let ledger = report.unwrap().ledger;
                    assert_eq!(chunks, [&b"a, "[..], b"b, c, "]);
                    assert_eq!((ledger.skipped + ledger.dead_lettered, ledger.balance()), (1, 0));
                    assert_eq!(letters.len() as u64, ledger.dead_lettered);
                }
            }
        });
    }
}

proptest! {
    #[test]
    fn chunks_joined_are_all_messages_in_order(
        batches in prop::collection::vec(prop::collection::vec(prop::collection::vec(any::<u8>(), 0..40), 1..9), 0..6),
        max_messages in 1..8_usize, max_bytes in 1..100_usize,
    ) {
        let borrowed: Vec<Vec<&[u8]>> = batches.iter().map(|batch| batch.iter().map(Vec::as_slice).collect()).collect();
        let borrowed: Vec<&[&[u8]]> = borrowed.iter().map(Vec::as_slice).collect();
        let chunks = emitted(chunk(max_messages, max_bytes, true), &borrowed).unwrap();
        let messages: Vec<u8> = batches.concat().iter().flat_map(|message| [message, &b", "[..]].concat()).collect();
        prop_assert_eq!(chunks.concat(), messages);
        prop_assert!(chunks.iter().all(|chunk| chunk.len() <= max_bytes.max(42)));
    }
}
