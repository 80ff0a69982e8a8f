use proptest::prelude::*;
use regex::bytes::Regex;
use stream_pipeline::LARGE_MESSAGE_BYTES;
use stream_pipeline_stages::{Replace, ReplaceOptions};

use crate::rejection::rejects;
use crate::trial::{delivered, emitted};

fn replaced(pattern: &str, replacement: &str, all: bool, message: &str) -> String {
    let stage = Replace::new(pattern, replacement, ReplaceOptions { all }).expect("a sound pattern");
    let outputs = emitted(stage, &[&[message.as_bytes()]]).expect("no bad message");
    String::from_utf8(outputs.concat()).expect("text")
}

#[test]
fn every_match_is_replaced_or_the_first() {
    assert_eq!(replaced(r"\d+", "#", true, "1 and 22, 333"), "# and #, #");
    assert_eq!(replaced(r"\d+", "#", false, "1 and 22, 333"), "# and 22, 333");
    assert_eq!(replaced(r"\d+", "", true, "1"), "");
    assert_eq!(replaced("^", "> ", true, "text"), "> text");
}

#[test]
fn groups_stand_in_the_replacement() {
    assert_eq!(replaced(r"(?<key>\w+)=(\w+)", "$2=$key ($0) $$1", true, "a=1;b=2"), "1=a (a=1) $1;2=b (b=2) $1");
    assert_eq!(replaced("(a)|(b)", "[${1}x$2]", true, "ab"), "[ax][xb]");
}

#[test]
fn empty_matches_are_between_characters() {
    assert_eq!(replaced("", "-", true, "aé€😀"), "-a-é-€-😀-");
    assert_eq!(replaced("x*", "-", true, "axxb"), "-a-b-");
    assert_eq!(replaced("(x*)", "<$1>", true, "xx"), "<xx>");
}

#[test]
fn messages_without_a_match_pass_beside_others_large_ones_too() {
    let large = vec![b'.'; 3 * LARGE_MESSAGE_BYTES];
    let messages: &[&[u8]] = &[b"none", &large, b"", b"a", &large, b"none"];
    let expected: &[&[u8]] = &[b"none", &large, b"", b"b", &large, b"none"];
    let stage = || Replace::new("a", "b", ReplaceOptions::default()).unwrap();
    assert_eq!(emitted(stage(), &[messages, &messages[..3]]).unwrap(), [expected, &expected[..3]].concat());
    let (outputs, report) = delivered(stage(), 1 << 20, messages.iter().copied());
    let ledger = report.unwrap().ledger;
    assert_eq!((outputs.len(), ledger.delivered, ledger.balance()), (6, 6, 0));
}

#[test]
fn a_message_that_becomes_too_long_is_rejected() {
    let long = "b".repeat(1024);
    let stage = || Replace::new("a", &long, ReplaceOptions::default()).unwrap();
    let limit = stream_pipeline::Emitter::detached().max_message_bytes();
    let bad = "a".repeat(limit / 1024 + 1);
    let fits = "a".repeat(limit / 1024);
    let grown = "b".repeat(limit / 1024 * 1024);
    rejects(
        stage,
        &[b"-", bad.as_bytes(), fits.as_bytes()],
        &[b"-", grown.as_bytes()],
        &[(bad.as_bytes(), "replace: the message becomes longer than the pipeline's max_message_bytes")],
    );
}

#[test]
fn a_replacement_that_cannot_be_is_refused() {
    let refusal = |replacement| Replace::new("(a)", replacement, ReplaceOptions::default()).unwrap_err().to_string();
    assert!(refusal("5$").starts_with("replace: option `replacement`: a `$` stands for no group; write `$$`"));
    assert!(
        refusal("$1st").contains("the pattern has no group `1st`, only `0`, `1`; write `${name}` where text follows")
    );
}

proptest! {
    #[test]
    fn ascii_is_replaced_as_the_crate_does_it(message in "[ab\\n]{0,20}", index in 0..6_usize, all: bool) {
        let pattern = ["a", "(a*)", "a|(b)", r"\b", "(?m)^(.?)", "(a)(b)?"][index];
        let template = if index == 0 || index == 3 { "<$0>" } else { "<$1>" };
        let regex = Regex::new(pattern).unwrap();
        let expected = regex.replacen(message.as_bytes(), usize::from(!all), template.as_bytes()).into_owned();
        prop_assert_eq!(replaced(pattern, template, all, &message).into_bytes(), expected);
    }
}
