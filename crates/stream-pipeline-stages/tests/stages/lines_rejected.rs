//! A line beyond the cap is rejected, and the stage goes on behind its end.

use proptest::prelude::*;
use stream_pipeline::ErrorCode;
use stream_pipeline_stages::{Lines, LinesOptions};

use crate::cuts::{cut, with_cuts};
use crate::trial::{dead_lettered, delivered, skipped};

fn capped(max_line_bytes: usize) -> Lines {
    Lines::new(LinesOptions { max_line_bytes })
}

/// Long lines in one piece, over pieces, after a `\r`, and at the end of input; short ones between them.
const PIECES: [&[u8]; 8] = [
    b"one\n12345\r\ntwo\n123",
    b"45\nthree\r\n1234\r",
    b"5\n",
    b"1234\r",
    b"\n\n123456",
    b"789",
    b"\nfour\n12",
    b"345",
];

#[test]
fn the_lines_around_it_pass_and_a_dead_letter_holds_its_first_bytes() {
    let (lines, letters, _) = dead_lettered(capped(4), PIECES);
    assert_eq!(lines, [&b"one"[..], b"two", b"1234", b"", b"four"]);
    let long: Vec<&[u8]> = letters.iter().map(|letter| &letter.message[..]).collect();
    assert_eq!(long, [&b"1234"[..], b"1234", b"thre", b"1234", b"1234", b"1234"]);
    assert_eq!(letters.iter().map(|letter| letter.sequence).collect::<Vec<_>>(), [0, 1, 1, 2, 4, 7]);
    assert!(
        letters[0].reason.starts_with("lines: the line at byte 4 is longer than max_line_bytes (4 bytes); raise it")
    );
    for (letter, offset) in letters.iter().zip([4, 15, 21, 28, 42, 57]) {
        assert!(letter.reason.contains(&format!("at byte {offset} ")), "{}", letter.reason);
    }
}

#[test]
fn skipping_passes_the_same_lines() {
    assert_eq!(skipped(capped(4), PIECES).0, dead_lettered(capped(4), PIECES).0);
    assert_eq!(skipped(capped(4), PIECES).1, 6);
}

#[test]
fn the_policy_fail_ends_the_pipeline_behind_the_lines_before_it() {
    let (lines, report) = delivered(capped(4), 1024, PIECES);
    assert_eq!((lines, report.unwrap_err().code()), (vec![b"one".to_vec()], ErrorCode::StageFailed));
}

#[test]
fn an_endless_line_is_rejected_once_and_passed_over() {
    let piece = [b'x'; 1000];
    let pieces = std::iter::repeat_n(&piece[..], 1000).chain([&b"\nbehind\n"[..]]);
    let (lines, letters, report) = dead_lettered(capped(1500), pieces);
    assert_eq!((lines, letters.len(), letters[0].message.len()), (vec![b"behind".to_vec()], 1, 1500));
    assert_eq!(report.ledger.absorbed, 999);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(60))]

    #[test]
    fn where_the_pieces_are_cut_makes_no_difference(
        (text, cuts) in with_cuts(prop::collection::vec(prop_oneof![1 => Just(b'\n'), 1 => Just(b'\r'), 4 => Just(b'a')], 0..200)),
    ) {
        let [(whole, whole_letters, _), (pieces, letters, _)] =
            [&[][..], &cuts].map(|cuts| dead_lettered(capped(3), cut(&text, cuts).concat()));
        prop_assert_eq!(whole, pieces);
        let facts = |letters: Vec<stream_pipeline::DeadLetter>| -> Vec<_> {
            letters.into_iter().map(|letter| (letter.message, letter.reason)).collect()
        };
        prop_assert_eq!(facts(whole_letters), facts(letters));
    }
}
