use stream_pipeline_stages::{Filter, FilterOptions};

use crate::trial::emitted;

const MESSAGES: &[&[u8]] = &[b"INFO up", b"ERROR down", b"", b"\xff ERROR \xfe", b"error"];

fn filter(pattern: &str, invert: bool) -> Vec<Vec<u8>> {
    let filter = Filter::new(pattern, FilterOptions { invert }).expect("a sound pattern");
    emitted(filter, &[MESSAGES]).expect("filter never fails")
}

#[test]
fn messages_that_match_pass_unchanged_and_in_order() {
    assert_eq!(filter("ERROR", false), [&b"ERROR down"[..], b"\xff ERROR \xfe"]);
}

#[test]
fn with_invert_the_others_pass() {
    assert_eq!(filter("ERROR", true), [&b"INFO up"[..], b"", b"error"]);
}

#[test]
fn an_empty_pattern_matches_every_message_the_empty_one_too() {
    assert_eq!(filter("", false), MESSAGES);
    assert!(filter("", true).is_empty());
}

#[test]
fn the_anchors_are_the_ends_of_the_message() {
    assert_eq!(filter("^error$", false), [b"error"]);
    assert_eq!(filter("^$", false), [b""]);
}

#[test]
fn flags_are_part_of_the_pattern() {
    assert_eq!(filter("(?i)^error", false), [&b"ERROR down"[..], b"error"]);
}

#[test]
fn bytes_that_are_no_text_are_matched_where_the_pattern_says_so() {
    assert_eq!(filter(r"(?-u)^\xff", false), [b"\xff ERROR \xfe"]);
    assert!(filter("^. ERROR", false).is_empty());
    assert_eq!(filter("(?-u)^. ERROR", false), [b"\xff ERROR \xfe"]);
}

#[test]
fn large_messages_are_matched_to_their_end() {
    let mut message = vec![b' '; 1024 * 1024];
    message.extend_from_slice(b"needle");
    let filter = Filter::new("needle$", FilterOptions::default()).expect("a sound pattern");
    assert_eq!(emitted(filter, &[&[b"hay", &message]]).unwrap(), [message]);
}
