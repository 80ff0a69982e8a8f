//! Frames, cut anywhere, are the messages that were written, in every format.

use proptest::prelude::*;
use stream_pipeline_stages::{
    Endian, InvalidOption, LengthPrefixed, LengthPrefixedOptions, WithLengthPrefix, WithLengthPrefixOptions,
};

use crate::cuts::cut;
use crate::trial::emitted;

type Format = (usize, Endian, bool);

fn writer((length_bytes, endian, includes_prefix): Format) -> WithLengthPrefix {
    WithLengthPrefix::new(WithLengthPrefixOptions { length_bytes, endian, includes_prefix }).unwrap()
}

fn reader((length_bytes, endian, includes_prefix): Format) -> LengthPrefixed {
    let options = LengthPrefixedOptions { length_bytes, endian, includes_prefix, ..LengthPrefixedOptions::default() };
    LengthPrefixed::new(options).unwrap()
}

fn written(format: Format, messages: &[Vec<u8>]) -> Vec<u8> {
    let messages: Vec<&[u8]> = messages.iter().map(Vec::as_slice).collect();
    let frames = emitted(writer(format), &[&messages]).unwrap();
    assert_eq!(frames.len(), messages.len());
    frames.concat()
}

fn formats() -> impl Strategy<Value = Format> {
    (prop::sample::select(vec![1, 2, 4, 8]), prop::sample::select(vec![Endian::Big, Endian::Little]), any::<bool>())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1000))]

    #[test]
    fn any_cutting_gives_back_the_messages(
        format in formats(),
        messages in prop::collection::vec(prop::collection::vec(any::<u8>(), 0..40), 0..20),
        cuts in prop::collection::vec(any::<prop::sample::Index>(), 0..30),
    ) {
        let stream = written(format, &messages);
        let mut cuts: Vec<usize> = cuts.iter().map(|cut| cut.index(stream.len() + 1)).collect();
        cuts.sort_unstable();
        let batches = cut(&stream, &cuts);
        let batches: Vec<&[&[u8]]> = batches.iter().map(Vec::as_slice).collect();
        prop_assert_eq!(emitted(reader(format), &batches).unwrap(), messages);
    }
}

#[test]
fn a_large_message_comes_back_from_any_pieces() {
    let messages = vec![vec![7; 100_000], Vec::new(), vec![8; 4096], vec![9; 4095]];
    let stream = written((4, Endian::Big, false), &messages);
    for piece_bytes in [1, 4095, 65_536, stream.len()] {
        let pieces: Vec<&[u8]> = stream.chunks(piece_bytes).collect();
        assert_eq!(emitted(reader((4, Endian::Big, false)), &[&pieces]).unwrap(), messages);
    }
}

#[test]
fn lengths_are_written_as_they_are_asked_for() {
    let text = |format| written(format, &[b"ab".to_vec()]);
    assert_eq!(text((1, Endian::Big, false)), b"\x02ab");
    assert_eq!(text((1, Endian::Little, true)), b"\x03ab");
    assert_eq!(text((2, Endian::Big, true)), b"\0\x04ab");
    assert_eq!(text((2, Endian::Little, false)), b"\x02\0ab");
    assert_eq!(text((4, Endian::Big, false)), b"\0\0\0\x02ab");
    assert_eq!(text((8, Endian::Little, true)), b"\x0a\0\0\0\0\0\0\0ab");
}

#[test]
fn no_input_gives_no_message() {
    assert!(emitted(reader((4, Endian::Big, false)), &[&[b"", b""]]).unwrap().is_empty());
}

#[test]
fn other_sizes_of_a_length_are_refused() {
    let text = |refused: InvalidOption| refused.to_string();
    for length_bytes in [0, 3, 16] {
        let read = LengthPrefixed::new(LengthPrefixedOptions { length_bytes, ..LengthPrefixedOptions::default() });
        assert!(text(read.unwrap_err()).starts_with("lengthPrefixed: option `lengthBytes`: "));
        let write = WithLengthPrefix::new(WithLengthPrefixOptions { length_bytes, ..Default::default() });
        assert!(text(write.unwrap_err()).ends_with("choose one of 1, 2, 4 or 8 bytes"));
    }
}
