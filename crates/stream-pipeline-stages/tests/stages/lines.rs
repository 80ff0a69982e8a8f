use stream_pipeline::{Batch, Emitter, OverflowPolicy::Block, PipelineBuilder, batch_fn};
use stream_pipeline_stages::Lines;

use crate::trial::emitted;
use crate::watchdog::watched;

fn lines(pieces: &[&[u8]]) -> Vec<Vec<u8>> {
    emitted(Lines::default(), &[pieces]).expect("no line is too long")
}

#[test]
fn each_newline_ends_a_line_and_is_not_part_of_it() {
    assert_eq!(lines(&[b"one\ntwo\nthree\n"]), [&b"one"[..], b"two", b"three"]);
}

#[test]
fn empty_lines_are_empty_messages() {
    assert_eq!(lines(&[b"\n\na\n\n"]), [&b""[..], b"", b"a", b""]);
}

#[test]
fn a_last_line_without_newline_is_emitted_at_the_end_of_input() {
    assert_eq!(lines(&[b"one\ntw", b"o"]), [b"one", b"two"]);
}

#[test]
fn no_input_and_empty_pieces_give_no_line() {
    assert!(lines(&[]).is_empty());
    assert!(lines(&[b"", b""]).is_empty());
    assert_eq!(lines(&[b"a", b"", b"b\n"]), [b"ab"]);
}

#[test]
fn one_carriage_return_before_the_newline_is_taken_away() {
    assert_eq!(lines(&[b"a\r\n\r\nb\r\r\n"]), [&b"a"[..], b"", b"b\r"]);
}

#[test]
fn a_carriage_return_and_its_newline_may_come_in_different_pieces() {
    assert_eq!(lines(&[b"a\r", b"\nb\r", b"", b"\n", b"\r", b"\n"]), [&b"a"[..], b"b", b""]);
}

#[test]
fn a_carriage_return_without_newline_belongs_to_its_line() {
    assert_eq!(lines(&[b"a\rb\n", b"c\r", b"d\n", b"\r"]), [&b"a\rb"[..], b"c\rd", b"\r"]);
}

#[test]
fn bytes_that_are_no_text_pass_unchanged() {
    assert_eq!(lines(&[b"\xff\x00\xfe\n\xc3", b"\xa9\n"]), [&b"\xff\x00\xfe"[..], "é".as_bytes()]);
}

#[test]
fn a_line_of_many_pieces_is_one_message() {
    let piece = [b'x'; 5000];
    let pieces: Vec<&[u8]> = std::iter::repeat_n(&piece[..], 20).chain([&b"\nshort"[..]]).collect();
    assert_eq!(lines(&pieces), ["x".repeat(100_000).as_bytes(), b"short"]);
}

#[test]
fn lines_lie_in_their_batch_as_they_lay_in_the_piece() {
    let pipeline = PipelineBuilder::new()
        .add_stage_object("lines", 64, Block, Lines::default())
        .add_stage_object(
            "look",
            256,
            Block,
            batch_fn(|batch: Batch, out: &mut Emitter| {
                assert_eq!(batch.span(0, b"\n", 100), Some((&b"one\n\ntwo"[..], 3)));
                out.forward(batch);
                Ok(())
            }),
        )
        .build()
        .unwrap();
    let (input, output) = (pipeline.input(), pipeline.output().unwrap());
    watched(move |watch| {
        let running = watch.over(pipeline.start_ready().unwrap());
        input.push(b"one\n\ntwo\n".to_vec()).unwrap();
        drop(input);
        assert_eq!(output.count(), 3);
        running.wait().unwrap();
    });
}
