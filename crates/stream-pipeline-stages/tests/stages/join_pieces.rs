//! No chunk is longer than the pipeline's messages may be.

use stream_pipeline_stages::{Join, JoinOptions};

use crate::trial::delivered;

#[test]
fn a_message_that_does_not_fit_with_its_separator_goes_out_in_several_chunks() {
    for trailing in [true, false] {
        let join = Join::new(JoinOptions { separator: b"--".to_vec(), trailing, chunk_bytes: 64 });
        let (chunks, report) = delivered(join, 4, [&b"12"[..], b"abcd", b"", b"efg"]);
        let text: &[u8] = if trailing { b"12--abcd----efg--" } else { b"12--abcd----efg" };
        assert_eq!(chunks.concat(), text);
        assert!(chunks.iter().all(|chunk| chunk.len() <= 4), "{chunks:?}");
        assert_eq!(report.expect("join never fails").ledger.balance(), 0);
    }
}

#[test]
fn a_separator_longer_than_the_longest_message_is_cut_too() {
    let join = Join::new(JoinOptions { separator: b"<separator>".to_vec(), ..JoinOptions::default() });
    let (chunks, _) = delivered(join, 3, [&b"a"[..], b"b"]);
    assert_eq!(chunks.concat(), b"a<separator>b<separator>");
    assert!(chunks.iter().all(|chunk| chunk.len() <= 3), "{chunks:?}");
}

#[test]
fn messages_that_fit_stay_whole_where_the_pipelines_limit_is_below_the_chunk() {
    let (chunks, _) = delivered(Join::default(), 7, [&b"ab"[..]; 20]);
    assert_eq!(chunks.concat(), b"ab\n".repeat(20));
    assert!(chunks.iter().all(|chunk| chunk.len() % 3 == 0), "{chunks:?}");
}
