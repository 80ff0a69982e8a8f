//! What `Gunzip` emits is what was compressed, however the file is cut.

use std::io::Write;

use flate2::{Compression, GzBuilder};
use proptest::prelude::*;
use stream_pipeline_stages::{Gunzip, GunzipOptions, Gzip, GzipOptions};

use crate::trial::{delivered, emitted, log_text};

/// A member as other programs write it: with a name, a comment, a time and more in its header.
pub(crate) fn member(content: &[u8]) -> Vec<u8> {
    let header = GzBuilder::new().filename("a.log").comment("none").extra(vec![7; 300]).mtime(1_700_000_000);
    let mut encoder = header.write(Vec::new(), Compression::default());
    encoder.write_all(content).expect("memory takes all");
    encoder.finish().expect("memory takes all")
}

pub(crate) fn gunzip() -> Gunzip {
    Gunzip::new(GunzipOptions::default()).expect("sound options")
}

/// What comes out of `file`, cut into messages of `piece_bytes`.
fn unpacked(file: &[u8], piece_bytes: usize) -> Vec<u8> {
    let pieces: Vec<&[u8]> = file.chunks(piece_bytes).collect();
    let batches: Vec<&[&[u8]]> = pieces.chunks(3).collect();
    emitted(gunzip(), &batches).expect("a sound file").concat()
}

#[test]
fn a_file_cut_anywhere_gives_its_content() {
    let text = log_text(300_000);
    let file = member(&text);
    for piece_bytes in [1, 2, 3, 7, 1000, 65_536, file.len()] {
        assert!(unpacked(&file, piece_bytes) == text, "pieces of {piece_bytes} bytes");
    }
}

#[test]
fn members_follow_each_other_also_empty_ones_and_in_one_piece() {
    let parts = [log_text(100_000), Vec::new(), b"x".to_vec(), log_text(70_000), Vec::new()];
    let file: Vec<u8> = parts.iter().flat_map(|part| member(part)).collect();
    for piece_bytes in [1, 5, 4096, file.len()] {
        assert!(unpacked(&file, piece_bytes) == parts.concat(), "pieces of {piece_bytes} bytes");
    }
}

#[test]
fn zeros_behind_the_last_member_are_passed_over() {
    let file = [member(b"content"), vec![0; 1000]].concat();
    for piece_bytes in [1, 300, file.len()] {
        assert_eq!(unpacked(&file, piece_bytes), b"content");
    }
}

#[test]
fn no_input_and_empty_messages_give_no_output() {
    assert!(emitted(gunzip(), &[]).unwrap().is_empty());
    assert!(emitted(gunzip(), &[&[b"", b""]]).unwrap().is_empty());
}

#[test]
fn chunks_are_64_kib_at_most_and_no_longer_than_the_longest_message() {
    let text = log_text(1_000_000);
    let file = member(&text);
    let chunks = emitted(gunzip(), &[&[&file]]).unwrap();
    let (last, full) = chunks.split_last().unwrap();
    assert!(full.iter().all(|chunk| chunk.len() == 64 * 1024) && last.len() < 64 * 1024);
    for max_message_bytes in [1, 1000] {
        let file = member(&text[..3000]);
        let (chunks, report) = delivered(gunzip(), max_message_bytes, file.chunks(max_message_bytes));
        assert!(chunks.iter().all(|chunk| chunk.len() <= max_message_bytes));
        assert_eq!((chunks.concat().as_slice(), report.unwrap().ledger.balance()), (&text[..3000], 0));
    }
}

#[test]
fn messages_without_output_are_absorbed_and_chunks_beyond_the_first_created() {
    let text = log_text(200_000);
    let file = member(&text);
    let (head, tail) = file.split_at(5);
    let (chunks, report) = delivered(gunzip(), 1024 * 1024, [head, tail]);
    let ledger = report.unwrap().ledger;
    assert_eq!((ledger.accepted, ledger.absorbed, ledger.created), (2, 1, chunks.len() as u64 - 1));
    assert_eq!((chunks.concat() == text, ledger.balance()), (true, 0));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(100))]

    #[test]
    fn whatever_gzip_makes_comes_back(
        contents in prop::collection::vec(prop::collection::vec(any::<u8>(), 0..20_000), 1..4),
        level in 0..=9_u32, piece_bytes in 1..5000_usize,
    ) {
        let pack = |content: &Vec<u8>| {
            let gzip = Gzip::new(GzipOptions { level, ..GzipOptions::default() }).unwrap();
            emitted(gzip, &[&[content]]).unwrap().concat()
        };
        let file: Vec<u8> = contents.iter().flat_map(pack).collect();
        prop_assert_eq!(unpacked(&file, piece_bytes), contents.concat());
    }
}
