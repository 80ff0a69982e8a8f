use stream_pipeline_stages::{Join, JoinOptions};

use crate::trial::emitted;

fn join(options: JoinOptions, batches: &[&[&[u8]]]) -> Vec<Vec<u8>> {
    emitted(Join::new(options), batches).expect("join never fails")
}

#[test]
fn a_separator_follows_every_message() {
    assert_eq!(join(JoinOptions::default(), &[&[b"a", b"", b"bc"]]), [b"a\n\nbc\n"]);
}

#[test]
fn messages_of_one_batch_leave_in_one_chunk_and_nothing_waits_for_the_next() {
    assert_eq!(join(JoinOptions::default(), &[&[b"a", b"b"], &[b"c"]]), [&b"a\nb\n"[..], b"c\n"]);
}

#[test]
fn without_trailing_it_stands_only_between_messages_of_all_chunks() {
    let options = JoinOptions { separator: b", ".to_vec(), trailing: false, chunk_bytes: 6 };
    let chunks = join(options, &[&[b"a", b"b", b"c"], &[b"d"]]);
    assert_eq!(chunks, [&b"a, b"[..], b", c", b", d"]);
}

#[test]
fn without_trailing_an_empty_first_message_still_counts() {
    let options = JoinOptions { trailing: false, ..JoinOptions::default() };
    assert_eq!(join(options, &[&[b""], &[b"a"], &[b""]]).concat(), b"\na\n");
}

#[test]
fn an_empty_separator_only_gathers() {
    let options = JoinOptions { separator: Vec::new(), ..JoinOptions::default() };
    assert_eq!(join(options, &[&[b"a", b"b"], &[b""]]), [b"ab"]);
}

#[test]
fn a_chunk_ends_before_the_message_that_would_make_it_too_long() {
    let options = JoinOptions { chunk_bytes: 6, ..JoinOptions::default() };
    assert_eq!(join(options, &[&[b"12", b"34", b"5", b"67"]]), [&b"12\n34\n"[..], b"5\n67\n"]);
}

#[test]
fn a_message_longer_than_a_chunk_is_a_chunk_by_itself() {
    let options = JoinOptions { chunk_bytes: 4, ..JoinOptions::default() };
    assert_eq!(join(options, &[&[b"1", b"2345678", b"9"]]), [&b"1\n"[..], b"2345678\n", b"9\n"]);
}

#[test]
fn chunks_of_no_bytes_hold_one_message_each() {
    let options = JoinOptions { chunk_bytes: 0, ..JoinOptions::default() };
    assert_eq!(join(options, &[&[b"a", b"b"]]), [b"a\n", b"b\n"]);
}

#[test]
fn a_message_passes_whole_if_it_fits_with_its_separator() {
    // With the newline 1 MiB, the longest message of a pipeline by default.
    let message = vec![7; 1024 * 1024 - 1];
    let chunks = join(JoinOptions::default(), &[&[b"small", &message, &message]]);
    assert_eq!(chunks.iter().map(Vec::len).collect::<Vec<_>>(), [6, 1024 * 1024, 1024 * 1024]);
}
