use stream_pipeline_stages::{ExtractJson, ExtractJsonOptions, MissingGroup, NoMatch, ValueType};

use crate::rejection::rejects;
use crate::trial::{delivered, emitted};

fn options(types: &[(&str, ValueType)]) -> ExtractJsonOptions {
    let types = types.iter().map(|(name, value)| ((*name).to_owned(), *value)).collect();
    ExtractJsonOptions { types, ..ExtractJsonOptions::default() }
}

fn extracted(pattern: &str, options: ExtractJsonOptions, message: &[u8]) -> String {
    let stage = ExtractJson::new(pattern, options).expect("a sound pattern");
    let outputs = emitted(stage, &[&[message]]).expect("no bad message");
    outputs.into_iter().map(|output| String::from_utf8(output).expect("JSON is UTF-8")).collect()
}

#[test]
fn named_groups_become_the_object_in_the_order_of_the_pattern() {
    let pattern = r"(?<b>\w) (\w) (?<a>(?<inner>\w)\w)";
    assert_eq!(extracted(pattern, options(&[]), b"- x y zz -"), r#"{"b":"x","a":"zz","inner":"z"}"#);
}

#[test]
fn groups_have_types() {
    let types = options(&[("n", ValueType::Number), ("yes", ValueType::Boolean)]);
    let pattern = r"(?<n>[^ ]*) (?<yes>[^ ]*) (?<text>[^ ]*)";
    assert_eq!(extracted(pattern, types.clone(), b"-007.50 TRUE 12"), r#"{"n":-7.50,"yes":true,"text":"12"}"#);
    assert_eq!(extracted(pattern, types, b"  "), r#"{"n":null,"yes":null,"text":""}"#);
}

#[test]
fn a_group_without_part_in_the_match_is_left_out_or_null() {
    let pattern = "(?<a>a)|(?<b>b)";
    assert_eq!(extracted(pattern, options(&[]), b"b"), r#"{"b":"b"}"#);
    let null = ExtractJsonOptions { missing: MissingGroup::Null, ..options(&[("a", ValueType::Number)]) };
    assert_eq!(extracted(pattern, null, b"b"), r#"{"a":null,"b":"b"}"#);
    assert_eq!(extracted("x(?<a>a)?", options(&[]), b"x"), "{}");
}

#[test]
fn strings_are_escaped_and_what_is_no_text_is_replaced() {
    let pattern = "(?s-u)<(?<text>.*)>";
    assert_eq!(extracted(pattern, options(&[]), b"<\"\\\n\x01\xc3\xa9>"), "{\"text\":\"\\\"\\\\\\n\\u0001\u{e9}\"}");
    assert_eq!(extracted(pattern, options(&[]), b"<a\xffb\xc3>"), "{\"text\":\"a\u{fffd}b\u{fffd}\"}");
    assert_eq!(extracted("(?<größe>.)", options(&[]), b"m"), "{\"größe\":\"m\"}");
}

#[test]
fn messages_without_a_match_are_absorbed() {
    let stage = ExtractJson::new(r"(?<n>\d)", options(&[])).unwrap();
    let (outputs, report) = delivered(stage, 1024, [&b"1"[..], b"none", b"", b"2"]);
    let ledger = report.unwrap().ledger;
    assert_eq!(outputs, [br#"{"n":"1"}"#, br#"{"n":"2"}"#]);
    assert_eq!((ledger.absorbed, ledger.created, ledger.balance()), (2, 0, 0));
}

#[test]
fn or_rejected_like_those_whose_group_is_not_of_its_type() {
    let stage = || {
        let options = ExtractJsonOptions { on_no_match: NoMatch::Reject, ..options(&[("n", ValueType::Number)]) };
        ExtractJson::new("n=(?<n>[^;]*)", options).unwrap()
    };
    rejects(
        stage,
        &[b"n=1", b"none", b"; n=one", b"n=2"],
        &[br#"{"n":1}"#, br#"{"n":2}"#],
        &[
            (b"none", "does not match `none`; correct it, or let onNoMatch be `absorb`"),
            (b"; n=one", "group `n` at byte 4 is no number: `one`"),
        ],
    );
}

#[test]
fn an_object_beyond_the_longest_message_is_rejected() {
    // Each byte becomes six.
    let limit = stream_pipeline::Emitter::detached().max_message_bytes();
    let mut message = vec![1; limit / 6 + 1];
    let error = emitted(ExtractJson::new("(?<all>.*)", options(&[])).unwrap(), &[&[&message]]).unwrap_err();
    assert!(error.to_string().contains("extractJson: the object is longer than the pipeline's max_message_bytes"));
    message.truncate(limit / 6 - 2);
    assert_eq!(emitted(ExtractJson::new("(?<all>.*)", options(&[])).unwrap(), &[&[&message]]).unwrap().len(), 1);
}

#[test]
fn patterns_and_types_that_cannot_be_are_refused() {
    let refusal = |pattern, options| ExtractJson::new(pattern, options).unwrap_err().to_string();
    assert!(refusal("(", options(&[])).starts_with("extractJson: option `pattern`: "));
    assert_eq!(
        refusal("(a)", options(&[])),
        "extractJson: option `pattern`: has no named group; write `(?<name>..)` around what is to be in the object"
    );
    assert_eq!(
        refusal("(?<a>a)(?<b>b)", options(&[("c", ValueType::Number)])),
        "extractJson: option `types`: the pattern has no group `c`; its groups are `a`, `b`"
    );
}
