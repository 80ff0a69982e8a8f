//! `ToFile` writes every byte in order, and what counts as delivered is in the file.

use std::fs;

use stream_pipeline::{Error, ErrorCode, OverflowPolicy::Block, PipelineBuilder, Result, stage_fn};
use stream_pipeline_stages::{FileMode, SyncPolicy, ToFile, ToFileOptions};
use tempfile::TempDir;

use crate::trial::delivered;

const MODES: [FileMode; 3] = [FileMode::Append, FileMode::Truncate, FileMode::Replace];

/// Small and large messages.
fn messages() -> Vec<Vec<u8>> {
    (0..2000_usize)
        .map(|number| vec![number as u8; if number.is_multiple_of(100) { 70_000 } else { number % 300 }])
        .collect()
}

#[test]
fn all_bytes_are_in_the_file_in_order_and_the_messages_go_on() {
    for mode in MODES {
        for sync in [SyncPolicy::Never, SyncPolicy::AtEnd, SyncPolicy::EachBatch] {
            let folder = TempDir::new().unwrap();
            let path = folder.path().join("out");
            fs::write(&path, "before").unwrap();
            let file = ToFile::open(ToFileOptions { path: path.clone(), mode, sync }).unwrap();
            let messages = messages();
            let (passed, report) = delivered(file, 1 << 20, messages.iter().map(Vec::as_slice));
            assert_eq!(report.unwrap().ledger.delivered, messages.len() as u64);
            assert_eq!(passed, messages);
            let before = if mode == FileMode::Append { &b"before"[..] } else { b"" };
            assert!(fs::read(&path).unwrap() == [before, &messages.concat()].concat(), "{mode:?} {sync:?}");
            assert_eq!(fs::read_dir(&folder).unwrap().count(), 1);
        }
    }
}

fn fail_at_two(message: Vec<u8>) -> Result<Vec<Vec<u8>>> {
    if message == b"2" { Err(Error::msg("no")) } else { Ok(vec![message]) }
}

#[test]
fn a_file_to_be_replaced_is_whole_until_the_end_and_stays_when_the_pipeline_fails() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("out");
    fs::write(&path, "before").unwrap();
    let options = ToFileOptions { path: path.clone(), mode: FileMode::Replace, ..ToFileOptions::default() };
    let pipeline = PipelineBuilder::new()
        .add_stage_object("fails", 64, Block, stage_fn(fail_at_two))
        .add_stage_object("file", 64, Block, ToFile::open(options).unwrap())
        .build()
        .unwrap();
    let input = pipeline.input();
    let running = pipeline.start_ready().unwrap();
    input.push(b"1".to_vec()).unwrap();
    // Refused only where the pipeline has failed already.
    let _ = input.push(b"2".to_vec());
    running.wait().unwrap_err();
    assert_eq!(running.metrics().ledger.delivered, 1);
    assert_eq!(fs::read(&path).unwrap(), b"before");
    assert_eq!(fs::read_dir(&folder).unwrap().count(), 1);
}

#[test]
#[cfg(target_os = "linux")]
fn a_full_disk_fails_the_pipeline_and_nothing_unwritten_counts_as_delivered() {
    let file = ToFile::open(ToFileOptions { path: "/dev/full".into(), ..ToFileOptions::default() }).unwrap();
    let (passed, report) = delivered(file, 1 << 20, [&b"x"[..]; 10]);
    let error = report.unwrap_err();
    assert_eq!((passed.len(), error.code()), (0, ErrorCode::StageFailed));
    assert!(error.to_string().contains("/dev/full"), "{error}");
}

#[test]
fn a_file_that_cannot_be_opened_is_refused_with_its_name() {
    let folder = TempDir::new().unwrap();
    for mode in MODES {
        let path = folder.path().join("none/out");
        let refused = ToFile::open(ToFileOptions { path, mode, ..ToFileOptions::default() }).unwrap_err().to_string();
        assert!(refused.contains("none/out") && refused.contains("a folder that is there"), "{refused}");
    }
}
