use stream_pipeline::{Emitter, ErrorCode, Stage};
use stream_pipeline_stages::{Lines, LinesOptions};

use crate::trial::{delivered, emitted, pieces};

fn capped(max_line_bytes: usize) -> Lines {
    Lines::new(LinesOptions { max_line_bytes })
}

#[test]
fn a_line_as_long_as_the_cap_passes_whatever_its_ending() {
    let pieces: [&[u8]; 6] = [b"12345678\n", b"12345678\r\n", b"12345678", b"\n12345678\r", b"\n", b"12345678"];
    assert_eq!(emitted(capped(8), &[&pieces]).unwrap(), [b"12345678"; 5]);
}

#[test]
fn a_longer_line_is_an_error_that_names_the_cap_and_the_option() {
    let cases: [&[&[u8]]; 6] = [
        &[b"123456789\n"],
        &[b"123456789"],
        &[b"12345678", b"9"],
        &[b"1234567", b"8\r", b"9\n"],
        &[b"ok\n12345678\r", b"\r\n"],
        &[b"12345678\r"],
    ];
    for pieces in cases {
        let error = emitted(capped(8), &[pieces]).unwrap_err();
        let text = error.to_string();
        assert!(text.contains("max_line_bytes (8 bytes); raise it"), "{text}");
    }
}

#[test]
fn the_default_cap_is_one_mebibyte() {
    let mut line = vec![b'x'; 1024 * 1024];
    assert_eq!(emitted(Lines::default(), &[&[&line]]).unwrap(), std::slice::from_ref(&line));
    line.push(b'x');
    assert!(emitted(Lines::default(), &[&[&line]]).is_err());
}

#[test]
fn an_endless_line_fails_as_soon_as_it_is_longer_than_the_cap() {
    let mut lines = capped(1000);
    let mut out = Emitter::detached();
    let mut taken = 0;
    for piece in pieces(&[b'x'; 10_000], 64) {
        if lines.process_batch(piece, &mut out).is_err() {
            break;
        }
        taken += 64;
    }
    assert_eq!(taken, 960);
}

#[test]
fn lines_before_the_long_one_are_delivered_and_the_error_names_its_message() {
    let (lines, report) = delivered(capped(8), 1024, [&b"one\n"[..], b"two\nthr", b"ee\n123456789\n", b"never\n"]);
    assert_eq!(lines, [&b"one"[..], b"two", b"three"]);
    let error = report.unwrap_err();
    assert_eq!((error.code(), error.stage(), error.sequence()), (ErrorCode::StageFailed, Some("tried"), Some(2)));
}

#[test]
fn the_limit_of_the_pipeline_applies_where_it_is_smaller() {
    let (lines, report) = delivered(capped(100), 8, [&b"12345678"[..], b"\n1234567", b"89\n"]);
    assert_eq!(lines, [b"12345678"]);
    let text = report.unwrap_err().to_string();
    assert!(text.contains("longer than the pipeline's max_message_bytes (8 bytes); raise it"), "{text}");
}
