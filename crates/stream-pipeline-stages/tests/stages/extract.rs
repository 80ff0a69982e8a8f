use stream_pipeline_stages::{CaptureGroup, Extract, ExtractOptions};

use crate::trial::emitted;

fn extract(pattern: &str, group: Option<CaptureGroup>, messages: &[&[u8]]) -> Vec<Vec<u8>> {
    let extract = Extract::new(pattern, ExtractOptions { group }).expect("a sound pattern");
    emitted(extract, &[messages]).expect("extract never fails")
}

#[test]
fn the_first_group_becomes_the_message_and_messages_without_match_are_absorbed() {
    assert_eq!(extract(r"id=(\d+)", None, &[b"a id=17 b", b"id=", b"", b"id=1 id=2"]), [&b"17"[..], b"1"]);
}

#[test]
fn a_pattern_without_group_gives_the_whole_match() {
    assert_eq!(extract(r"\d+", None, &[b"a 17 b", b"none"]), [b"17"]);
}

#[test]
fn a_group_is_chosen_by_index_or_name() {
    let pattern = r"(?<key>\w+)=(?<value>\w+)";
    let message: &[&[u8]] = &[b"<k=v>"];
    for (group, part) in
        [(0.into(), &b"k=v"[..]), (1.into(), b"k"), (2.into(), b"v"), ("key".into(), b"k"), ("value".into(), b"v")]
    {
        assert_eq!(extract(pattern, Some(group), message), [part]);
    }
}

#[test]
fn a_group_that_matches_nothing_gives_an_empty_message() {
    assert_eq!(extract(r"id=(\d*)", None, &[b"id=;"]), [b""]);
    assert_eq!(extract("", None, &[b"anything"]), [b""]);
}

#[test]
fn a_group_with_no_part_in_the_match_absorbs_the_message() {
    assert_eq!(extract("a|(b)", None, &[b"a", b"b", b"ab"]), [b"b"]);
}

#[test]
fn bytes_that_are_no_text_may_surround_the_match_and_be_in_it() {
    assert_eq!(extract("id=([a-z]+)", None, &[b"\xff\xfeid=ok\x80"]), [b"ok"]);
    assert_eq!(extract(r"(?-u)<([^>]*)>", None, &[b"\xff<\xc3\x28>"]), [b"\xc3\x28"]);
}

#[test]
fn what_is_extracted_can_be_extracted_from() {
    let outer = extract("<(.*)>", None, &[b"x<a=1>", &[&[b' '; 5000][..], b"<a=2>"].concat()]);
    let outer: Vec<&[u8]> = outer.iter().map(Vec::as_slice).collect();
    assert_eq!(extract("a=(.)", None, &outer), [b"1", b"2"]);
}
