//! Reading of documents: against `serde_json`, and where the two differ.

use proptest::prelude::*;
use serde::de::IgnoredAny;
use serde_json::Value;

use super::scan::MAX_DEPTH;
use super::{Pointer, Pointers};

fn pointers(texts: &[&str]) -> Pointers {
    let parsed: Vec<_> = texts.iter().map(|text| Pointer::parse("tried", "at", text).unwrap()).collect();
    Pointers::new("tried", "at", &parsed).unwrap()
}

fn found<'d>(texts: &[&str], document: &'d str) -> Vec<Option<&'d str>> {
    let mut pointers = pointers(texts);
    pointers
        .find(document.as_bytes())
        .unwrap()
        .iter()
        .map(|range| range.clone().map(|range| &document[range]))
        .collect()
}

fn refusal(document: &[u8]) -> String {
    pointers(&["/a"]).find(document).unwrap_err().to_string()
}

#[test]
fn values_are_found_as_they_are_written() {
    let document = r#" { "a": 1.50, "b": {"c": [true, "x\n", {"d": null}]}, "0": [ ] } "#;
    let texts = ["/a", "/b/c/1", "/b/c/2/d", "/0", "/b/c/7", "/b/x", "/a/b", "/b/c/-", "/b/c/01", ""];
    let values = found(&texts, document);
    assert_eq!(values[..4], [Some("1.50"), Some(r#""x\n""#), Some("null"), Some("[ ]")]);
    assert_eq!(values[4..9], [None; 5]);
    assert_eq!(values[9], Some(document.trim()));
    assert_eq!(found(&["", "/a"], "7"), [Some("7"), None]);
}

#[test]
fn keys_with_escapes_are_the_keys_they_mean() {
    let document = r#"{"a\/b": 1, "\u006d~n": 2, "": 3, "\ud800": 4, "é": 5}"#;
    assert_eq!(found(&["/a~1b", "/m~0n", "/", "/\u{e9}"], document), [Some("1"), Some("2"), Some("3"), Some("5")]);
}

#[test]
fn of_a_key_that_occurs_again_the_last_value_counts() {
    assert_eq!(found(&["/a", "/b"], r#"{"a":1,"a":2,"b":3}"#), [Some("2"), Some("3")]);
    assert_eq!(found(&["/a", "/a/b"], r#"{"a":{"b":1},"\u0061":{}}"#), [Some("{}"), None]);
}

#[test]
fn a_pointer_that_is_none_is_refused_with_the_remedy() {
    let refused = |text: &str| Pointer::parse("tried", "at", text).unwrap_err().to_string();
    assert_eq!(refused("a"), "tried: option `at`: `a` is no JSON pointer; begin it with `/`, as in `/key/0`");
    for text in ["/~", "/a~2", "/~é"] {
        assert!(refused(text).contains("write `~` as `~0`"), "{text}");
    }
    assert!(refused(&"/a".repeat(65)).contains("more than 64 keys"));
}

#[test]
fn the_whole_document_is_read_and_the_place_of_the_fault_named() {
    assert!(refusal(br#"{"a":1,"b":tru}"#).contains("no value at byte 11"));
    assert!(refusal(br#"{"a":1} x"#).contains("something behind the document at byte 8"));
    assert!(refusal(b"{\"a\":1,\"b\":\"\xff\"}").contains("not UTF-8 at byte 12"));
    assert!(refusal(b"").contains("no value at byte 0"));
}

#[test]
fn nesting_is_bounded_and_uses_no_stack() {
    let nested = |depth: usize| [b"[".repeat(depth), b"]".repeat(depth)].concat();
    assert!(pointers(&["/a"]).find(&nested(MAX_DEPTH)).is_ok());
    assert!(pointers(&["/0/0/0"]).find(&nested(MAX_DEPTH)).is_ok());
    for text in ["/a", "/0/0/0"] {
        let error = pointers(&[text]).find(&nested(MAX_DEPTH + 1)).unwrap_err();
        assert_eq!(error.at, MAX_DEPTH);
    }
    assert!(refusal(&nested(1_000_000)).contains("more levels of nesting"));
}

fn json() -> impl Strategy<Value = Value> {
    let scalar = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i32>().prop_map(Value::from),
        any::<i32>().prop_map(|number| Value::from(f64::from(number) / 4.0)),
        any::<String>().prop_map(Value::from),
    ];
    scalar.prop_recursive(4, 40, 5, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..5).prop_map(Value::from),
            prop::collection::btree_map("[ab0~/\"é]{0,2}", inner, 0..5)
                .prop_map(|map| Value::Object(map.into_iter().collect())),
        ]
    })
}

proptest! {
    #[test]
    fn what_serde_json_finds_is_found(document in json(), is_pretty: bool, ways in prop::collection::vec("(/(a|b|0|1|~0|~1|é)){0,4}", 1..5)) {
        let text = if is_pretty { serde_json::to_string_pretty(&document) } else { serde_json::to_string(&document) }.unwrap();
        let ways: Vec<&str> = ways.iter().map(String::as_str).collect();
        for (way, found) in ways.iter().zip(found(&ways, &text)) {
            let value = found.map(|raw| serde_json::from_str::<Value>(raw).unwrap());
            prop_assert_eq!(value.as_ref(), document.pointer(way), "{} in {}", way, text);
        }
    }

    #[test]
    fn what_serde_json_accepts_is_accepted(bytes in "[\\[\\]{}:,\"\\\\/ \na0-9eE.+u\u{1}é-]{0,12}|(\\[|\\{\"a\":|1,|\"a\",|\\]|\\}|true|null|\\\\u00e9|-0.5e1|,){0,8}") {
        let is_json = serde_json::from_slice::<IgnoredAny>(bytes.as_bytes()).is_ok();
        prop_assert_eq!(pointers(&["/a", "/0"]).find(bytes.as_bytes()).is_ok(), is_json, "{}", bytes);
    }

    #[test]
    fn a_document_with_a_byte_changed_is_judged_as_by_serde_json(document in json(), at: prop::sample::Index, byte: u8) {
        let mut bytes = serde_json::to_vec(&document).unwrap();
        let at = at.index(bytes.len());
        bytes[at] = byte;
        let is_json = std::str::from_utf8(&bytes).is_ok() && serde_json::from_slice::<IgnoredAny>(&bytes).is_ok();
        prop_assert_eq!(pointers(&["/a", "/0"]).find(&bytes).is_ok(), is_json);
    }

    #[test]
    fn no_bytes_make_it_panic(bytes: Vec<u8>) {
        let _ = pointers(&["/a", "/0/1"]).find(&bytes);
    }
}
