//! What `Gzip` emits is one gzip member of all the bytes that came.

use std::io::Read;

use flate2::bufread::GzDecoder;
use proptest::prelude::*;
use stream_pipeline_stages::{Gzip, GzipOptions};

use crate::trial::{delivered, emitted, log_text};

fn gzip(level: u32) -> Gzip {
    Gzip::new(GzipOptions { level, ..GzipOptions::default() }).expect("a level")
}

/// The content of the one member that `chunks` must be.
fn content(chunks: &[Vec<u8>]) -> Vec<u8> {
    let file = chunks.concat();
    let mut decoder = GzDecoder::new(&file[..]);
    let mut content = Vec::new();
    decoder.read_to_end(&mut content).expect("a sound member");
    assert!(decoder.into_inner().is_empty(), "bytes after the member");
    content
}

/// Bytes that cannot be compressed.
fn noise(bytes: usize) -> Vec<u8> {
    let mut state = 1_u64;
    std::iter::repeat_with(|| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 56) as u8
    })
    .take(bytes)
    .collect()
}

#[test]
fn every_level_gives_back_small_and_large_messages_of_many_batches() {
    let (text, noise) = (log_text(1024 * 1024), noise(300_000));
    let small: Vec<&[u8]> = text.chunks(77).collect();
    let batches: [&[&[u8]]; 5] = [&small, &[&text, b"", &noise], &[b""], &[&noise], &[b"end"]];
    let expected: Vec<u8> = batches.iter().flat_map(|batch| batch.concat()).collect();
    for level in 0..=9 {
        let chunks = emitted(gzip(level), &batches).unwrap();
        assert_eq!(content(&chunks), expected, "level {level}");
        assert!(chunks.iter().all(|chunk| (1..=64 * 1024).contains(&chunk.len())), "level {level}");
    }
}

#[test]
fn higher_levels_make_smaller_files() {
    let text = log_text(500_000);
    let size = |level| emitted(gzip(level), &[&[&text]]).unwrap().concat().len();
    assert!(size(9) < size(1) && size(1) < text.len() / 2 && size(0) > text.len());
}

#[test]
fn no_input_gives_a_valid_empty_member() {
    let chunks = emitted(gzip(6), &[]).unwrap();
    assert_eq!(chunks.len(), 1);
    assert!(content(&chunks).is_empty());
}

#[test]
fn the_header_holds_neither_time_nor_name_nor_system() {
    for (level, extra_flags) in [(0, 4), (1, 4), (6, 0), (9, 2)] {
        let file = emitted(gzip(level), &[&[b"a"]]).unwrap().concat();
        assert_eq!(file[..10], [0x1f, 0x8b, 8, 0, 0, 0, 0, 0, extra_flags, 255]);
    }
}

#[test]
fn output_leaves_while_input_still_comes() {
    let noise = noise(100_000);
    let chunks = emitted(gzip(1), &[&[&noise], &[&noise]]).unwrap();
    assert!(chunks.len() >= 4, "{:?}", chunks.iter().map(Vec::len).collect::<Vec<_>>());
}

#[test]
fn no_chunk_is_longer_than_the_pipelines_longest_message() {
    for max_message_bytes in [1, 7, 10, 1000] {
        let noise = noise(3000);
        let (chunks, report) = delivered(gzip(6), max_message_bytes, noise.chunks(max_message_bytes));
        assert_eq!(content(&chunks), noise);
        assert!(chunks.iter().all(|chunk| chunk.len() <= max_message_bytes));
        assert_eq!(report.unwrap().ledger.balance(), 0);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn any_messages_in_any_batches_give_back_their_bytes(
        batches in prop::collection::vec(prop::collection::vec(prop::collection::vec(any::<u8>(), 0..6000), 1..8), 0..6),
        level in 0..=9_u32, sync_flush: bool,
    ) {
        let borrowed: Vec<Vec<&[u8]>> = batches.iter().map(|batch| batch.iter().map(Vec::as_slice).collect()).collect();
        let borrowed: Vec<&[&[u8]]> = borrowed.iter().map(Vec::as_slice).collect();
        let chunks = emitted(Gzip::new(GzipOptions { level, sync_flush }).unwrap(), &borrowed).unwrap();
        prop_assert_eq!(content(&chunks), batches.concat().concat());
    }
}
