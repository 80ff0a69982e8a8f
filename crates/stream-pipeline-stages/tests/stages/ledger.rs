//! In a real pipeline every message is accounted for: `accepted + created = delivered + absorbed`, where nothing fails.

use std::io::Read;

use stream_pipeline::{OverflowPolicy::Block, PipelineBuilder};
use stream_pipeline_stages::{Extract, ExtractOptions, Filter, FilterOptions, Gzip, GzipOptions, Join, Lines};

use crate::trial::{delivered, log_text};
use crate::watchdog::watched;

const MAX: usize = 1024 * 1024;

#[test]
fn lines_creates_what_it_finds_beyond_one_line_per_piece() {
    let (lines, report) = delivered(Lines::default(), MAX, [&b"1\n2\n3\n"[..], b"4", b"\n", b"", b"5"]);
    let ledger = report.unwrap().ledger;
    assert_eq!((ledger.accepted, ledger.delivered, lines.len()), (5, 5, 5));
    // Two lines beyond the first in the first piece, and the last line, which belongs to no input.
    assert_eq!((ledger.created, ledger.absorbed), (3, 3));
    assert_eq!(ledger.balance(), 0);
}

#[test]
fn join_absorbs_all_but_one_message_per_chunk_and_creates_none() {
    let messages = std::iter::repeat_n(&b"message"[..], 5000);
    let (chunks, report) = delivered(Join::default(), MAX, messages);
    let ledger = report.unwrap().ledger;
    assert_eq!((ledger.accepted, ledger.created), (5000, 0));
    assert_eq!(ledger.absorbed, 5000 - chunks.len() as u64);
    assert_eq!(ledger.balance(), 0);
}

#[test]
fn filter_and_extract_absorb_what_does_not_match() {
    let messages = [&b"id=1"[..], b"none", b"", b"id=2"];
    let filter = Filter::new("id", FilterOptions::default()).unwrap();
    let extract = Extract::new("id=(.)", ExtractOptions::default()).unwrap();
    let reports = [delivered(filter, MAX, messages), delivered(extract, MAX, messages)];
    for (outputs, report) in reports {
        let ledger = report.unwrap().ledger;
        assert_eq!((outputs.len(), ledger.delivered, ledger.absorbed, ledger.created), (2, 2, 2, 0));
        assert_eq!((ledger.accepted, ledger.balance()), (4, 0));
    }
}

#[test]
fn gzip_absorbs_messages_without_output_and_creates_the_rest_at_the_end() {
    let (chunks, report) = delivered(Gzip::new(GzipOptions::default()).unwrap(), MAX, [&b"a"[..], b"b", b"c"]);
    let ledger = report.unwrap().ledger;
    assert_eq!((chunks.len(), ledger.absorbed, ledger.created, ledger.balance()), (1, 3, 1, 0));
}

#[test]
fn a_chain_of_all_stages_loses_nothing() {
    let text = log_text(8 * 1024 * 1024);
    let pipeline = PipelineBuilder::new()
        .add_stage_object("lines", 256, Block, Lines::default())
        .add_stage_object("sevens", 256, Block, Filter::new("user=7", FilterOptions::default()).unwrap())
        .add_stage_object("users", 256, Block, Extract::new(r"user=(\d+)", ExtractOptions::default()).unwrap())
        .add_stage_object("join", 256, Block, Join::default())
        .add_stage_object("gzip", 256, Block, Gzip::new(GzipOptions::default()).unwrap())
        .build()
        .unwrap();
    let input = pipeline.input();
    let output = pipeline.output().unwrap();
    let pieces: Vec<_> = text.chunks(10_007).map(<[u8]>::to_vec).collect();
    let file = watched(move |watch| {
        let running = watch.over(pipeline.start_ready().unwrap());
        let pusher = std::thread::spawn(move || pieces.into_iter().for_each(|piece| input.push(piece).unwrap()));
        let file = output.flatten().collect::<Vec<u8>>();
        pusher.join().unwrap();
        let ledger = running.wait().unwrap().ledger;
        assert_eq!(ledger.accepted + ledger.created, ledger.delivered + ledger.absorbed);
        file
    });

    let mut users = String::new();
    flate2::read::GzDecoder::new(&file[..]).read_to_string(&mut users).unwrap();
    let lines = std::str::from_utf8(&text).unwrap().lines();
    let expected =
        lines.filter_map(|line| line.strip_prefix("user=")?.split(' ').next().filter(|id| id.starts_with('7')));
    assert!(users.lines().eq(expected));
}
