//! A file that makes no end of output fails `Gunzip`, and not the machine.

use stream_pipeline::ErrorCode;
use stream_pipeline_stages::{Gunzip, GunzipOptions};

use crate::gunzip::member;
use crate::trial::{delivered, emitted, log_text};

fn capped(max_output_bytes: u64, max_ratio: u64) -> Gunzip {
    Gunzip::new(GunzipOptions { max_output_bytes, max_ratio }).expect("sound options")
}

#[test]
fn as_many_bytes_as_the_cap_pass_and_one_more_fails_after_those_before_it() {
    let text = log_text(200_000);
    let file = [member(&text[..120_000]), member(&text[120_000..])].concat();
    assert!(emitted(capped(200_000, 250), &[&[&file]]).unwrap().concat() == text);

    let (chunks, report) = delivered(capped(199_999, 250), 1024 * 1024, [&file[..]]);
    assert!(chunks.concat() == text[..199_999]);
    let error = report.unwrap_err();
    assert_eq!((error.code(), error.sequence()), (ErrorCode::StageFailed, Some(0)));
    let text = error.to_string();
    assert!(text.contains("more comes out than max_output_bytes (199999) lets"), "{text}");
}

#[test]
fn a_bomb_fails_by_its_ratio_long_before_it_is_unpacked() {
    let bomb = member(&vec![0; 64 * 1024 * 1024]);
    let (chunks, report) = delivered(capped(u64::MAX, 250), 1024 * 1024, bomb.chunks(1000));
    let out: usize = chunks.iter().map(Vec::len).sum();
    assert_eq!(out, 1024 * 1024);
    let text = report.unwrap_err().to_string();
    assert!(text.contains("more comes out than max_ratio (250 bytes for each that came in) lets"), "{text}");
}

#[test]
fn a_ratio_beyond_what_the_format_reaches_is_no_cap_and_small_files_may_have_any() {
    let zeros = vec![0; 8 * 1024 * 1024];
    assert!(emitted(capped(u64::MAX, 1100), &[&[&member(&zeros)]]).unwrap().concat() == zeros);
    let few = &zeros[..1024 * 1024];
    assert!(emitted(capped(u64::MAX, 1), &[&[&member(few)]]).unwrap().concat() == few);
}
