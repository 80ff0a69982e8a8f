//! What is no sound gzip file ends the pipeline, and the error names the byte.

use stream_pipeline::{ErrorPolicy, OverflowPolicy::Block, PipelineBuilder};

use crate::gunzip::{gunzip, member};
use crate::trial::{delivered, emitted, log_text};
use crate::watchdog::watched;

fn refusal(pieces: &[&[u8]]) -> String {
    emitted(gunzip(), &[pieces]).expect_err("not a sound file").to_string()
}

#[test]
fn a_file_that_ends_anywhere_within_a_member_is_truncated() {
    let first = member(b"first");
    let file = [first.clone(), member(b"second")].concat();
    for end in 1..file.len() {
        if end == first.len() {
            continue;
        }
        let text = refusal(&[&file[..end]]);
        let begin = if end < first.len() { 0 } else { first.len() };
        let expected = format!("ends at byte {end}, within the gzip member that begins at byte {begin}");
        assert!(text.contains(&expected), "{text}");
    }
}

#[test]
fn what_is_not_gzip_is_named_by_its_place() {
    let text = refusal(&[b"plain text"]);
    assert!(text.contains("at byte 2 of the input") && text.ends_with("the input is not gzip"), "{text}");
    let file = member(b"content");
    let text = refusal(&[&file, b"\nlog"]);
    let place = format!("in the member that begins at byte {}", file.len());
    assert!(text.contains(&place) && text.contains("what follows the member before is not gzip"), "{text}");
    let text = refusal(&[&file, b"\0\0", b"\0x"]);
    assert!(text.contains(&format!("byte {} of the input follows the zeros", file.len() + 3)), "{text}");
}

#[test]
fn a_wrong_checksum_and_a_wrong_length_in_the_trailer_are_seen() {
    let sound = member(b"content");
    for (from_end, reason) in [(8, "incorrect data check"), (4, "incorrect length check")] {
        let mut file = sound.clone();
        let at = file.len() - from_end;
        file[at] ^= 1;
        let text = refusal(&[&file]);
        assert!(text.contains(&format!("{reason} at byte {} of the input", at + 4)), "{text}");
    }
}

#[test]
fn any_changed_byte_of_the_compressed_data_is_found() {
    let sound = member(&log_text(400));
    // Behind the fixed part of the header, the extra field with its length, the name and the comment.
    let header = 10 + 302 + "a.log\0".len() + "none\0".len();
    for at in header..sound.len() {
        let mut file = sound.clone();
        file[at] ^= 0x10;
        assert!(emitted(gunzip(), &[&[&file]]).is_err(), "byte {at}");
    }
}

#[test]
fn what_was_unpacked_before_the_fault_is_delivered() {
    let content = log_text(500_000);
    let mut file = member(&content);
    let at = file.len() - 8;
    file[at] ^= 1;
    let (chunks, report) = delivered(gunzip(), 1024 * 1024, file.chunks(10_000));
    assert!(chunks.concat() == content);
    assert_eq!(report.unwrap_err().sequence(), Some((at / 10_000) as u64));
}

#[test]
fn no_error_policy_makes_up_for_a_torn_stream() {
    for policy in [ErrorPolicy::Fail, ErrorPolicy::Skip, ErrorPolicy::DeadLetter] {
        let pipeline = PipelineBuilder::new()
            .add_stage_object("gunzip", 16, Block, gunzip())
            .with_error_policy("gunzip", policy)
            .build()
            .unwrap();
        let input = pipeline.input();
        let output = pipeline.output().unwrap();
        let letters = pipeline.dead_letters();
        let error = watched(move |watch| {
            let running = watch.over(pipeline.start_ready().unwrap());
            input.push(b"not gzip".to_vec()).unwrap();
            assert_eq!(output.count(), 0);
            drop(letters);
            running.wait().unwrap_err()
        });
        assert!(error.to_string().contains("the input is not gzip"), "{policy}: {error}");
    }
}
