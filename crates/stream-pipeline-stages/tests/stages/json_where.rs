use proptest::prelude::*;
use stream_pipeline::Stage;
use stream_pipeline_stages::{Comparison, Predicate, Scalar, Where};

use crate::trial::emitted;

fn stage(predicate: &str) -> Where {
    Where::new(serde_json::from_str(predicate).expect("a predicate")).expect("a sound one")
}

/// Whether each of these documents passes.
fn passes<const N: usize>(predicate: &str, documents: [&str; N]) -> [bool; N] {
    documents.map(|document| !emitted(stage(predicate), &[&[document.as_bytes()]]).expect("a document").is_empty())
}

#[test]
fn numbers_are_compared_as_javascript_does() {
    let documents = [r#"{"n":499}"#, r#"{"n":500.0}"#, r#"{"n":5e3}"#, r#"{"n":"500"}"#, r#"{"n":null}"#, "{}"];
    assert_eq!(passes(r#"{"/n":{"gte":500}}"#, documents), [false, true, true, false, false, false]);
    assert_eq!(passes(r#"{"/n":{"gt":500}}"#, documents), [false, false, true, false, false, false]);
    assert_eq!(passes(r#"{"/n":{"lt":500}}"#, documents), [true, false, false, false, false, false]);
    assert_eq!(passes(r#"{"/n":{"lte":500}}"#, documents), [true, true, false, false, false, false]);
    assert_eq!(passes(r#"{"/n":{"eq":500}}"#, documents), [false, true, false, false, false, false]);
    assert_eq!(passes(r#"{"/n":{"ne":500}}"#, documents), [true, false, true, true, true, true]);
    assert_eq!(passes(r#"{"":{"eq":0}}"#, ["-0.0", "0e9", "1e-999"]), [true; 3]);
    assert_eq!(passes(r#"{"":{"gt":1e308}}"#, ["1e999", "-1e999", "[1e999]"]), [true, false, false]);
    assert_eq!(passes(r#"{"":{"eq":219930019.95516038}}"#, ["219930019.95516038", "219930019.9551604"]), [true, false]);
}

#[test]
fn strings_are_compared_by_their_code_units_whatever_their_escapes() {
    let documents = [r#""b""#, r#""\u0062""#, r#""ba""#, r#""a""#, r#""B""#];
    assert_eq!(passes(r#"{"":{"eq":"b"}}"#, documents), [true, true, false, false, false]);
    assert_eq!(passes(r#"{"":{"gt":"b"}}"#, documents), [false, false, true, false, false]);
    assert_eq!(passes(r#"{"":{"lte":"b"}}"#, documents), [true, true, false, true, true]);
    assert_eq!(passes(r#"{"":{"eq":"\"\\\n/"}}"#, [r#""\"\\\n\/""#]), [true]);
    // By code units, a character beyond U+FFFF comes before U+FFFF; by bytes, behind it.
    assert_eq!(passes(r#"{"":{"lt":"￿"}}"#, [r#""😀""#, r#""\ud83d\ude00""#, r#""\ud83d""#]), [true; 3]);
    assert_eq!(passes(r#"{"":{"eq":"😀"}}"#, [r#""😀""#, r#""\uD83D\uDE00""#, r#""\ud83d""#]), [true, true, false]);
}

#[test]
fn the_other_types_are_equal_to_themselves_only() {
    let documents = ["null", "true", "false", "0", r#""""#, "[]", "{}"];
    assert_eq!(passes(r#"{"":{"eq":null}}"#, documents), [true, false, false, false, false, false, false]);
    assert_eq!(passes(r#"{"":{"in":[true,"",0]}}"#, documents), [false, true, false, true, true, false, false]);
    assert_eq!(passes(r#"{"":{"ne":false}}"#, documents), [true, true, false, true, true, true, true]);
}

#[test]
fn a_value_may_be_missing() {
    let documents = [r#"{"a":null}"#, "{}", "[]", "1"];
    assert_eq!(passes(r#"{"/a":{"exists":true}}"#, documents), [true, false, false, false]);
    assert_eq!(passes(r#"{"/a":{"exists":false}}"#, documents), [false, true, true, true]);
    assert_eq!(passes(r#"{"/a":{"eq":null}}"#, documents), [true, false, false, false]);
    assert_eq!(passes(r#"{"/a":{"in":[]}}"#, documents), [false; 4]);
}

#[test]
fn parts_are_combined() {
    let documents = [r#"{"a":1,"b":1}"#, r#"{"a":1}"#, r#"{"b":1}"#, "{}"];
    assert_eq!(passes(r#"{"/a":{"eq":1},"/b":{"eq":1}}"#, documents), [true, false, false, false]);
    assert_eq!(passes(r#"{"or":[{"/a":{"eq":1}},{"/b":{"eq":1}}]}"#, documents), [true, true, true, false]);
    assert_eq!(passes(r#"{"and":[{"/a":{"eq":1}},{"not":{"/b":{"eq":1}}}]}"#, documents), [false, true, false, false]);
    assert_eq!(
        passes(r#"{"/a":{"gte":1,"lt":2},"not":{"/b":{"exists":true}}}"#, documents),
        [false, true, false, false]
    );
}

#[test]
fn a_predicate_that_cannot_be_is_refused() {
    for text in [r#"{"a":{"eq":1}}"#, r#"{"/a":{}}"#, r#"{"/a":{"is":1}}"#, r#"{"/a":{"eq":[1]}}"#, r#"{"/a":1}"#, "[]"]
    {
        assert!(serde_json::from_str::<Predicate>(text).is_err(), "{text}");
    }
    let refused = |predicate| Where::new(predicate).unwrap_err().to_string();
    let value = |is| Predicate::Value { pointer: "/a".into(), is };
    assert!(refused(Predicate::All(Vec::new())).contains("asks nothing"));
    assert!(refused(value(Comparison::Less(Scalar::Null))).contains("an order with null"));
    assert!(refused(value(Comparison::Equal(Scalar::Number(f64::NAN)))).contains("NaN"));
    assert!(refused(value(Comparison::In(vec![Scalar::Null; 1025]))).contains("more than 1024 constants"));
    let deep = (0..40).fold(value(Comparison::Exists(true)), |inner, _| Predicate::Not(Box::new(inner)));
    assert!(refused(deep).contains("more than 32 levels"));
    assert!(
        refused(Predicate::Value { pointer: "a".into(), is: Comparison::Exists(true) }).contains("no JSON pointer")
    );
}

proptest! {
    #[test]
    fn any_bytes_pass_as_they_are_or_are_refused(bytes in prop_oneof![any::<Vec<u8>>(), "[\\[\\]{}:,\"a1\\\\u ]{0,20}".prop_map(String::into_bytes)]) {
        let mut everything = stage(r#"{"or":[{"/a":{"gt":"a"}},{"":{"exists":true}}]}"#);
        match everything.process(bytes.clone()) {
            Ok(outputs) => prop_assert_eq!(outputs, [bytes]),
            Err(error) => prop_assert!(error.to_string().contains("no JSON document")),
        }
    }

    #[test]
    fn strings_are_ordered_as_their_code_units(a in ".*", b in ".*") {
        let predicate = Predicate::Value { pointer: String::new(), is: Comparison::Less(Scalar::Text(b.clone())) };
        let passes = !Where::new(predicate).unwrap().process(serde_json::to_vec(&a).unwrap()).unwrap().is_empty();
        prop_assert_eq!(passes, a.encode_utf16().lt(b.encode_utf16()));
    }
}
