use proptest::prelude::*;
use serde_json::Value;
use stream_pipeline::Stage;
use stream_pipeline_stages::{MissingField, Pick, PickOptions};

use crate::trial::emitted;

fn pick(fields: &[(&str, &str)], missing: MissingField) -> Pick {
    let fields = fields.iter().map(|(name, pointer)| ((*name).to_owned(), (*pointer).to_owned())).collect();
    Pick::new(PickOptions { fields, missing }).expect("sound options")
}

fn picked(pick: Pick, document: &str) -> String {
    let outputs = emitted(pick, &[&[document.as_bytes()]]).expect("a document");
    String::from_utf8(outputs.concat()).expect("text")
}

#[test]
fn fields_come_in_the_order_of_the_options_as_they_were_written() {
    let pick = pick(&[("b", "/b"), ("first", "/a/0"), ("all", "/a")], MissingField::LeaveOut);
    assert_eq!(
        picked(pick, r#"{"a": [1.50, 2], "c": 3, "b": "\u0041"}"#),
        r#"{"b":"\u0041","first":1.50,"all":[1.50, 2]}"#
    );
}

#[test]
fn missing_fields_are_left_out_or_null() {
    let fields = [("a", "/a"), ("b", "/b/c"), ("d", "/d")];
    assert_eq!(picked(pick(&fields, MissingField::LeaveOut), r#"{"b":1,"d":null}"#), r#"{"d":null}"#);
    assert_eq!(picked(pick(&fields, MissingField::LeaveOut), "7"), "{}");
    assert_eq!(picked(pick(&fields, MissingField::Null), r#"{"d":2}"#), r#"{"a":null,"b":null,"d":2}"#);
}

#[test]
fn names_are_escaped() {
    let pick = pick(&[("\"\n\\é", "/a")], MissingField::LeaveOut);
    assert_eq!(picked(pick, r#"{"a":1}"#), r#"{"\"\n\\é":1}"#);
}

#[test]
fn fields_that_cannot_be_are_refused() {
    let refused = |fields: &[(&str, &str)]| {
        let fields = fields.iter().map(|(name, pointer)| ((*name).to_owned(), (*pointer).to_owned())).collect();
        Pick::new(PickOptions { fields, ..PickOptions::default() }).unwrap_err().to_string()
    };
    assert_eq!(refused(&[]), "pick: option `fields`: there is none; name at least one");
    assert!(refused(&[("a", "/a"), ("a", "/b")]).contains("`a` is there twice"));
    assert!(refused(&[("a", "/~")]).contains("is no JSON pointer"));
    let many: Vec<_> = (0..257).map(|n| format!("f{n}")).collect();
    let many: Vec<_> = many.iter().map(|name| (name.as_str(), "/a")).collect();
    assert!(refused(&many).contains("more than 256 pointers"));
}

proptest! {
    #[test]
    fn what_comes_out_is_a_document_with_the_values_that_serde_json_finds(a: i32, b in ".*", c in prop::option::of(any::<bool>())) {
        let document = serde_json::json!({ "x": { "a": a, "b": b }, "c": c });
        let mut pick = pick(&[("a", "/x/a"), ("b", "/x/b"), ("c", "/c"), ("d", "/d")], MissingField::Null);
        let outputs = pick.process(document.to_string().into_bytes()).unwrap();
        let picked: Value = serde_json::from_slice(&outputs[0]).unwrap();
        prop_assert_eq!(picked, serde_json::json!({ "a": a, "b": b, "c": c, "d": null }));
    }

    #[test]
    fn any_bytes_are_picked_from_or_refused(bytes in prop_oneof![any::<Vec<u8>>(), "\\PC*".prop_map(String::into_bytes), "[\\[\\]{}:,\"a1\\\\]{0,20}".prop_map(String::into_bytes)]) {
        if let Ok(outputs) = pick(&[("a", "/a"), ("b", "/0")], MissingField::LeaveOut).process(bytes.clone()) {
            prop_assert!(serde_json::from_slice::<serde::de::IgnoredAny>(&bytes).is_ok());
            prop_assert!(serde_json::from_slice::<serde::de::IgnoredAny>(&outputs[0]).is_ok());
        }
    }
}
