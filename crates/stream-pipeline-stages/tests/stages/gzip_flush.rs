use flate2::{Decompress, FlushDecompress};
use stream_pipeline::{Batch, Emitter, Stage};
use stream_pipeline_stages::{Gzip, GzipOptions};

use crate::trial::log_text;

/// What a follower can read after each batch.
fn readable_after_each_batch(sync_flush: bool, batches: &[&[&[u8]]]) -> Vec<Vec<u8>> {
    let mut gzip = Gzip::new(GzipOptions { sync_flush, ..GzipOptions::default() }).expect("a level");
    let mut out = Emitter::detached();
    let mut follower = Decompress::new_gzip(15);
    let mut read = Vec::with_capacity(1024 * 1024);
    let mut steps = Vec::new();
    for messages in batches {
        gzip.process_batch(messages.iter().copied().collect::<Batch>(), &mut out).expect("gzip never fails");
        for chunk in out.take_messages() {
            follower.decompress_vec(&chunk, &mut read, FlushDecompress::None).expect("a sound stream");
        }
        steps.push(std::mem::take(&mut read));
        read.reserve(1024 * 1024);
    }
    steps
}

#[test]
fn with_sync_flush_a_follower_reads_each_batch_as_it_was_written() {
    let text = log_text(200_000);
    let batches: [&[&[u8]]; 4] = [&[b"first ", b"line\n"], &[b"second\n"], &[&text], &[b""]];
    let read = readable_after_each_batch(true, &batches);
    assert_eq!(read, batches.map(<[&[u8]]>::concat));
}

#[test]
fn without_it_the_compressor_holds_back_until_a_block_is_full() {
    let read = readable_after_each_batch(false, &[&[b"first line\n"], &[b"second\n"]]);
    assert_eq!(read.concat(), b"");
}

#[test]
fn a_header_alone_is_not_worth_a_message() {
    let mut gzip = Gzip::new(GzipOptions::default()).expect("a level");
    let mut out = Emitter::detached();
    gzip.process_batch(Batch::from_iter([&b"small"[..]]), &mut out).expect("gzip never fails");
    assert!(out.take_messages().is_empty());
    gzip.finish(&mut out).expect("gzip never fails");
    assert_eq!(out.take_messages().len(), 1);
}
