//! `Files` reads files whole and in order, and follows the last one through whatever is done to it.

use std::fs::{self, OpenOptions};
use std::io::Write;
use std::path::Path;
use std::time::Duration;

use stream_pipeline::{Metrics, Output, OverflowPolicy::Block, PipelineBuilder, Result, Running};
use stream_pipeline_stages::{Files, FilesOptions, Lines, LinesOptions};
use tempfile::TempDir;

use crate::watchdog::watched;

fn options(folder: &TempDir, paths: &[&str]) -> FilesOptions {
    let paths = paths.iter().map(|path| folder.path().join(path).to_string_lossy().into_owned()).collect();
    FilesOptions { paths, chunk_bytes: 7, poll_ms: 1, ..FilesOptions::default() }
}

fn start(files: Files) -> (Running, Output) {
    let pipeline = PipelineBuilder::new()
        .with_source("files", files)
        .add_stage_object("lines", 64, Block, Lines::new(LinesOptions::default()))
        .build()
        .unwrap();
    let output = pipeline.output().unwrap();
    (pipeline.start_ready().unwrap(), output)
}

fn append(path: &Path, text: &str) {
    OpenOptions::new().append(true).create(true).open(path).unwrap().write_all(text.as_bytes()).unwrap();
}

fn next(output: &mut Output) -> String {
    String::from_utf8(output.pop_timeout(Duration::from_secs(30)).unwrap().unwrap()).unwrap()
}

/// Nothing more is there, and nothing was lost on the way.
fn stopped(running: &Running) -> Result<Metrics> {
    running.drain(Duration::from_secs(30))
}

#[test]
fn files_are_read_in_the_order_of_the_list_and_of_their_names() {
    let folder = TempDir::new().unwrap();
    for (name, text) in [("b.log", "3\n4"), ("a.log", "1 is longer than a chunk\n2\n"), ("empty.log", ""), ("z", "5")] {
        fs::write(folder.path().join(name), text).unwrap();
    }
    for (separator, expected) in [
        (&b"\n"[..], &["1 is longer than a chunk", "2", "3", "4", "5"][..]),
        (b"", &["1 is longer than a chunk", "2", "3", "45"]),
    ] {
        let files =
            Files::new(FilesOptions { separator: separator.to_vec(), ..options(&folder, &["*.log", "z"]) }).unwrap();
        watched(move |watch| {
            let (running, output) = start(files);
            let running = watch.over(running);
            let lines: Vec<_> = output.map(|line| String::from_utf8(line).unwrap()).collect();
            assert_eq!(lines, expected);
            running.wait().unwrap();
        });
    }
}

#[test]
fn a_followed_file_is_read_on_as_it_grows_is_rotated_comes_back_and_is_cut_short() {
    watched(|watch| {
        let folder = TempDir::new().unwrap();
        let path = folder.path().join("app.log");
        let files = Files::new(FilesOptions { follow: true, ..options(&folder, &["app.log"]) }).unwrap();
        // It is not there yet.
        let (running, mut output) = start(files);
        let running = watch.over(running);
        append(&path, "one\n");
        assert_eq!(next(&mut output), "one");
        append(&path, "two\nthree\n");
        assert_eq!((next(&mut output), next(&mut output)), ("two".to_owned(), "three".to_owned()));
        // Whoever writes may write on into the file that has another name now.
        fs::rename(&path, folder.path().join("app.log.1")).unwrap();
        append(&folder.path().join("app.log.1"), "late\n");
        append(&path, "new\n");
        assert_eq!((next(&mut output), next(&mut output)), ("late".to_owned(), "new".to_owned()));
        append(&path, "much longer than what comes after\n");
        assert_eq!(next(&mut output), "much longer than what comes after");
        fs::write(&path, "short\n").unwrap();
        assert_eq!(next(&mut output), "short");
        assert_eq!(stopped(&running).unwrap().ledger.in_flight, 0);
    });
}

#[test]
fn files_before_the_followed_one_are_read_to_their_ends() {
    watched(|watch| {
        let folder = TempDir::new().unwrap();
        fs::write(folder.path().join("old.log"), "1\n2\n").unwrap();
        fs::write(folder.path().join("new.log"), "3\n").unwrap();
        let files = Files::new(FilesOptions { follow: true, ..options(&folder, &["old.log", "new.log"]) }).unwrap();
        let (running, mut output) = start(files);
        let running = watch.over(running);
        assert_eq!([(); 3].map(|()| next(&mut output)), ["1", "2", "3"]);
        running.abort();
        assert!(running.wait().is_err());
    });
}

#[test]
fn a_file_that_is_not_there_fails_the_pipeline_with_its_name() {
    watched(|watch| {
        let folder = TempDir::new().unwrap();
        fs::write(folder.path().join("there"), "1\n").unwrap();
        let (running, output) = start(Files::new(options(&folder, &["there", "missing"])).unwrap());
        let running = watch.over(running);
        assert_eq!(output.count(), 1);
        let error = running.wait().unwrap_err().to_string();
        assert!(error.starts_with("source `files` failed after 1 messages") && error.contains("missing"), "{error}");
    });
}

#[test]
fn what_cannot_be_read_is_refused() {
    let folder = TempDir::new().unwrap();
    for (options, text) in [
        (options(&folder, &[]), "give at least one file"),
        (options(&folder, &["*.none"]), "matches no file"),
        (options(&folder, &["[z-"]), "correct the pattern"),
        (FilesOptions { chunk_bytes: 0, ..options(&folder, &["x"]) }, "0 is not 1 to 1048576"),
        (FilesOptions { poll_ms: 0, ..options(&folder, &["x"]) }, "never rest"),
    ] {
        let refused = Files::new(options).unwrap_err().to_string();
        assert!(refused.contains(text), "{refused}");
    }
}
