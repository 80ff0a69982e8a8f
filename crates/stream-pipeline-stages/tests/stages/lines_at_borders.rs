//! Where the borders between messages lie never matters.

use proptest::prelude::*;
use stream_pipeline::{Batch, Emitter, Stage};
use stream_pipeline_stages::{Join, JoinOptions, Lines, LinesOptions};

use crate::cuts::{cut, with_cuts};
use crate::trial::emitted;

/// What lines are, in the plainest words.
fn model(text: &[u8]) -> Vec<Vec<u8>> {
    let mut lines: Vec<&[u8]> = text.split(|byte| *byte == b'\n').collect();
    let last = lines.pop().filter(|last| !last.is_empty());
    let ended = lines.into_iter().map(|line| line.strip_suffix(b"\r").unwrap_or(line));
    ended.chain(last).map(<[u8]>::to_vec).collect()
}

fn text() -> impl Strategy<Value = Vec<u8>> {
    let byte = prop_oneof![3 => Just(b'\n'), 3 => Just(b'\r'), 4 => Just(b'a'), 1 => any::<u8>()];
    prop::collection::vec(byte, 0..200)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    #[test]
    fn any_cutting_of_any_bytes_gives_the_lines_of_the_whole((text, cuts) in with_cuts(text())) {
        let batches = cut(&text, &cuts);
        let batches: Vec<&[&[u8]]> = batches.iter().map(Vec::as_slice).collect();
        let options = LinesOptions { max_line_bytes: 200 };
        prop_assert_eq!(emitted(Lines::new(options), &batches).unwrap(), model(&text));
    }

    #[test]
    fn join_after_lines_gives_back_text_whose_lines_all_end_with_newline(
        (mut text, cuts) in with_cuts(text()), chunk_bytes in 0..100_usize,
    ) {
        text.retain(|byte| *byte != b'\r');
        text.push(b'\n');
        let batches = cut(&text, &[]);
        let lines = emitted(Lines::default(), &[&batches[0]]).unwrap();
        let mut join = Join::new(JoinOptions { chunk_bytes, ..JoinOptions::default() });
        let mut out = Emitter::detached();
        let mut rest = &lines[..];
        for size in cuts.iter().map(|cut| cut % 7).chain([usize::MAX]) {
            let (batch, tail) = rest.split_at(size.min(rest.len()));
            join.process_batch(batch.iter().map(Vec::as_slice).collect::<Batch>(), &mut out).unwrap();
            rest = tail;
        }
        prop_assert_eq!(out.take_messages().concat(), text);
    }
}

#[test]
fn every_single_border_gives_the_lines_of_the_whole() {
    let text = b"one\r\n\r\n\ntwo\rthree\r\r\nfour\n\rlast\r";
    for first in 0..=text.len() {
        for second in first..=text.len() {
            let pieces = [&text[..first], &text[first..second], &text[second..]];
            assert_eq!(emitted(Lines::default(), &[&pieces]).unwrap(), model(text), "cut at {first} and {second}");
        }
    }
}
