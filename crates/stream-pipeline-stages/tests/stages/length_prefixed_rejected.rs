//! Frames beyond the cap, or cut off, are rejected; nothing is allocated by what a length claims.

use proptest::prelude::*;
use stream_pipeline_stages::{LengthPrefixed, LengthPrefixedOptions, WithLengthPrefix, WithLengthPrefixOptions};

use crate::cuts::{cut, with_cuts};
use crate::trial::{dead_lettered, delivered, emitted, skipped};

fn bytes_of_length(length_bytes: usize, max_message_bytes: usize) -> LengthPrefixed {
    let options = LengthPrefixedOptions { length_bytes, max_message_bytes, ..LengthPrefixedOptions::default() };
    LengthPrefixed::new(options).unwrap()
}

const PIECES: [&[u8]; 5] = [b"\x03one\x0512345\x03t", b"wo\x06123", b"456", b"\x05six", b"ty"];

#[test]
fn a_frame_beyond_the_cap_is_passed_over_by_its_length() {
    let (messages, letters, _) = dead_lettered(bytes_of_length(1, 4), PIECES);
    assert_eq!(messages, [b"one", b"two"]);
    let facts: Vec<_> = letters.iter().map(|letter| (letter.sequence, &letter.message[..])).collect();
    assert_eq!(facts, [(0, &b"\x05"[..]), (1, b"\x06"), (3, b"\x05")]);
    let text =
        "lengthPrefixed: the frame at byte 4 claims a message of 5 bytes, longer than max_message_bytes (4 bytes); ";
    assert!(letters[0].reason.starts_with(text), "{}", letters[0].reason);
    assert_eq!(skipped(bytes_of_length(1, 4), PIECES), (messages, 3));
}

#[test]
fn the_policy_fail_ends_the_pipeline_behind_the_messages_before_it() {
    let (messages, report) = delivered(bytes_of_length(1, 4), 1024, PIECES);
    assert_eq!((messages, report.unwrap_err().sequence()), (vec![b"one".to_vec()], Some(0)));
}

#[test]
fn a_frame_cut_off_at_the_end_is_rejected_with_what_there_is() {
    for (pieces, rest) in [([&b"\0\x01a\0"[..], b"\x03bc"], &b"\0\x03bc"[..]), ([b"\0\x01a", b"\0"], b"\0")] {
        let (messages, letters, _) = dead_lettered(bytes_of_length(2, 4), pieces);
        assert_eq!((messages, letters.len(), &letters[0].message[..]), (vec![b"a".to_vec()], 1, rest));
        assert!(letters[0].reason.contains("frame at byte 3"), "{}", letters[0].reason);
        let error = emitted(bytes_of_length(2, 4), &[&pieces]).unwrap_err().to_string();
        assert!(error.contains("the input ends"), "{error}");
    }
}

#[test]
fn the_largest_claims_cost_nothing_and_end_nothing() {
    let mut stream = [0xff; 8].to_vec();
    stream.extend(std::iter::repeat_n(b'x', 100_000));
    let (messages, letters, _) = dead_lettered(bytes_of_length(8, usize::MAX), stream.chunks(1000));
    assert_eq!((messages.len(), letters.len()), (0, 1));
    // Within the cap, but never there: what is held is what has come.
    let (messages, letters, _) = dead_lettered(bytes_of_length(4, usize::MAX), [&b"\0\x0f\xff\xffab"[..]]);
    assert_eq!((messages.len(), letters.len(), letters[0].message.len()), (0, 1, 6));
}

#[test]
fn a_length_less_than_its_own_bytes_ends_the_pipeline_whatever_the_policy() {
    let options = LengthPrefixedOptions { length_bytes: 2, includes_prefix: true, ..LengthPrefixedOptions::default() };
    let frames = LengthPrefixed::new(options).unwrap();
    let error = emitted(frames, &[&[b"\0\x03a\0\x01"]]).unwrap_err().to_string();
    assert!(error.contains("the frame at byte 3 claims 1 bytes, fewer than its prefix of 2 takes"), "{error}");
}

#[test]
fn a_message_its_length_cannot_say_is_rejected_on_the_way_back() {
    let prefix = || WithLengthPrefix::new(WithLengthPrefixOptions { length_bytes: 1, ..Default::default() }).unwrap();
    let (fits, long) = ([b'x'; 255], [b'x'; 256]);
    let (frames, letters, _) = dead_lettered(prefix(), [&long[..], &fits]);
    assert_eq!((frames.len(), frames[0].len(), letters.len()), (1, 256, 1));
    assert_eq!((&letters[0].message[..], letters[0].sequence), (&long[..], 0));
    let (frames, report) = delivered(prefix(), 8, [&b"1234567"[..], b"12345678"]);
    assert_eq!(frames, [b"\x071234567"]);
    assert!(report.unwrap_err().to_string().contains("beyond the pipeline's max_message_bytes (8 bytes)"));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(60))]

    #[test]
    fn where_the_pieces_are_cut_makes_no_difference(
        (stream, cuts) in with_cuts(prop::collection::vec(0..8_u8, 0..100)),
    ) {
        let [(whole, whole_letters, _), (pieces, letters, _)] =
            [&[][..], &cuts].map(|cuts| dead_lettered(bytes_of_length(1, 4), cut(&stream, cuts).concat()));
        prop_assert_eq!(whole, pieces);
        prop_assert!(whole_letters.iter().map(|letter| (&letter.message, &letter.reason)).eq(
            letters.iter().map(|letter| (&letter.message, &letter.reason))
        ));
    }
}
