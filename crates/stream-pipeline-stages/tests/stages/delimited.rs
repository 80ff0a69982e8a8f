//! Messages between delimiters, wherever the pieces are cut; one beyond the cap is rejected, and the stage goes on.

use proptest::prelude::*;
use stream_pipeline_stages::{Delimited, DelimitedOptions, Join, JoinOptions};

use crate::cuts::{cut, with_cuts};
use crate::trial::{dead_lettered, delivered, emitted, skipped};

fn at(delimiter: &[u8], max_message_bytes: usize) -> Delimited {
    Delimited::new(DelimitedOptions { delimiter: delimiter.to_vec(), max_message_bytes }).unwrap()
}

/// What messages are, in the plainest words.
fn model(mut text: &[u8], delimiter: &[u8]) -> Vec<Vec<u8>> {
    let mut messages = Vec::new();
    while let Some(end) = text.windows(delimiter.len()).position(|window| window == delimiter) {
        messages.push(text[..end].to_vec());
        text = &text[end + delimiter.len()..];
    }
    messages.extend((!text.is_empty()).then(|| text.to_vec()));
    messages
}

/// Few letters, so that delimiters are frequent, partial, and overlap themselves.
fn delimiters() -> impl Strategy<Value = Vec<u8>> {
    prop::collection::vec(prop::sample::select(b"ab".to_vec()), 1..5)
}

fn texts() -> impl Strategy<Value = (Vec<u8>, Vec<usize>)> {
    with_cuts(prop::collection::vec(prop::sample::select(b"aabbc".to_vec()), 0..120))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    #[test]
    fn any_cutting_gives_the_messages_of_the_whole((text, cuts) in texts(), delimiter in delimiters()) {
        let batches = cut(&text, &cuts);
        let batches: Vec<&[&[u8]]> = batches.iter().map(Vec::as_slice).collect();
        prop_assert_eq!(emitted(at(&delimiter, 1000), &batches).unwrap(), model(&text, &delimiter));
    }

    #[test]
    fn join_is_the_way_back(
        messages in prop::collection::vec(prop::collection::vec(0..9_u8, 0..20), 0..20), size in 1..50_usize,
    ) {
        let separator = b"\x09\x0a".to_vec();
        let joined: Vec<&[u8]> = messages.iter().map(Vec::as_slice).collect();
        let join = Join::new(JoinOptions { separator: separator.clone(), ..JoinOptions::default() });
        let stream = emitted(join, &[&joined]).unwrap().concat();
        let pieces: Vec<&[u8]> = stream.chunks(size).collect();
        prop_assert_eq!(emitted(at(&separator, 1000), &[&pieces]).unwrap(), messages);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(60))]

    #[test]
    fn what_is_beyond_the_cap_is_rejected_wherever_it_is_cut((text, cuts) in texts(), delimiter in delimiters()) {
        let (messages, letters, _) = dead_lettered(at(&delimiter, 3), cut(&text, &cuts).concat());
        let (short, long): (Vec<_>, Vec<_>) = model(&text, &delimiter).into_iter().partition(|each| each.len() <= 3);
        prop_assert_eq!(messages, short);
        prop_assert!(letters.iter().map(|letter| &letter.message[..]).eq(long.iter().map(|message| &message[..3])));
    }
}

#[test]
fn all_policies_deal_with_a_message_beyond_the_cap() {
    let pieces: [&[u8]; 4] = [b"one-", b"-12345-6", b"-", b"-two--12"];
    let (messages, letters, _) = dead_lettered(at(b"--", 3), pieces);
    assert_eq!((messages.len(), &letters[0].message[..], letters[0].sequence), (3, &b"123"[..], 1));
    let text =
        "delimited: the message at byte 5 is longer than max_message_bytes (3 bytes); raise it, or check that the";
    assert!(letters[0].reason.starts_with(text), "{}", letters[0].reason);
    assert_eq!(skipped(at(b"--", 3), pieces), (messages, 1));
    let (messages, report) = delivered(at(b"--", 3), 1024, pieces);
    assert_eq!((messages, report.unwrap_err().sequence()), (vec![b"one".to_vec()], Some(1)));
}

#[test]
fn part_of_a_delimiter_at_the_end_belongs_to_the_message() {
    assert_eq!(emitted(at(b"\r\n.\r\n", 9), &[&[b"a\r\n.\r\nb\r\n."]]).unwrap(), [&b"a"[..], b"b\r\n."]);
}

#[test]
fn an_empty_delimiter_is_refused() {
    let refused =
        Delimited::new(DelimitedOptions { delimiter: Vec::new(), ..DelimitedOptions::default() }).unwrap_err();
    assert_eq!((refused.stage(), refused.option()), ("delimited", "delimiter"));
}
