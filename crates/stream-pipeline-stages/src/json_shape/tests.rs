//! Against `serde_json`: what is read is a document, and its values are those.

use proptest::prelude::*;
use serde_json::Value as Json;

use super::{JsonShapes, Value, WORDS_PER_VALUE};

/// What the scan makes of documents, read back through the shapes' parts; `None` for those without a shape.
fn read(documents: &[&str]) -> Vec<Option<String>> {
    let bytes = documents.concat().into_bytes();
    let mut end = 0;
    let places: Vec<_> = documents
        .iter()
        .map(|document| {
            end += document.len();
            end - document.len()..end
        })
        .collect();
    let mut shapes = JsonShapes::new();
    let mut table = vec![0; WORDS_PER_VALUE * 64 * (documents.len() + 1)];
    shapes.scan(&bytes, places.into_iter(), 0, &mut table);
    (0..documents.len()).map(|index| rebuilt(&shapes, &bytes, &table, index)).collect()
}

fn rebuilt(shapes: &JsonShapes, bytes: &[u8], table: &[u32], index: usize) -> Option<String> {
    let (number, mut place) = (table[2 * index], table[2 * index + 1] as usize);
    let mut text = String::new();
    for (value, behind) in shapes.parts(number)? {
        if let Some(value) = value {
            let (low, high) = (table[2 * place], table[2 * place + 1]);
            let shown = match value {
                Value::String => String::from_utf8(bytes[low as usize..high as usize].to_vec()).unwrap(),
                Value::Number => format!("{:?}", f64::from_bits(u64::from(high) << 32 | u64::from(low))),
                Value::Bool => (low == 1).to_string(),
            };
            text += &shown;
            place += 1;
        }
        text += str::from_utf8(behind).unwrap();
    }
    Some(text)
}

/// The same value, its numbers as floats.
fn floats(text: &str) -> Option<Json> {
    fn all(json: Json) -> Json {
        match json {
            Json::Number(number) => number.as_f64().map_or(Json::Null, Json::from),
            Json::Array(items) => items.into_iter().map(all).collect(),
            Json::Object(entries) => entries.into_iter().map(|(key, value)| (key, all(value))).collect(),
            other => other,
        }
    }
    serde_json::from_str(text).ok().map(all)
}

#[test]
fn a_shape_counts_when_it_was_seen_often_enough() {
    let documents = [r#"{"a": "x", "b": [1.5, true, null]}"#; 6];
    let read = read(&documents);
    let known: Vec<_> = read.iter().map(Option::is_some).collect();
    assert_eq!(known, [false, false, false, true, true, true]);
    assert_eq!(read[5].as_deref(), Some(documents[5]));
}

#[test]
fn what_is_not_plain_never_has_a_shape() {
    let deep = format!("{}{}", "[".repeat(17), "]".repeat(17));
    let not_plain =
        [r#"{"__proto__":1}"#, r#"{"1":1}"#, r#"{"a":1,"a":2}"#, r#"{"\u0061":1}"#, r#"{"a":"\n"}"#, "{\"é\":1}"];
    let no_json =
        ["{", "{}}", "{,}", "{\"a\":1,}", "[1,]", "[1 2]", "{\"a\" 1}", "01", "tru", "nulll", "\"", "\"\t\"", "", " "];
    for document in not_plain.into_iter().chain(no_json).chain([deep.as_str(), "[NaN]", "{\"a\":trueish}", "1e", "-"]) {
        assert_eq!(read(&[document; 8]), vec![None; 8], "{document}");
    }
}

#[test]
fn a_document_that_departs_from_its_shape_has_none() {
    let shape = r#"{"a":"x","n":1,"t":true}"#;
    let departing = [
        r#"{"a":"x","n":1,"t":tru}"#,
        r#"{"a":"x","n":1,"t":true"#,
        r#"{"a":"x","n":1,"t":true} "#,
        r#"{"a":"x","n":01,"t":true}"#,
        r#"{"a":"x","n":1.,"t":true}"#,
        r#"{"a":"x","n":"1","t":true}"#,
        r#"{"a":"\"","n":1,"t":true}"#,
        r#"{"a":"é","n":1,"t":true}"#,
        r#"{"a":"x"#,
        "",
    ];
    for document in departing {
        assert_eq!(read(&[shape, shape, shape, shape, document])[4], None, "{document}");
    }
}

#[test]
fn a_short_table_leaves_documents_without_a_shape() {
    let document = b"[1,2,3]";
    for words in 0..40 {
        let mut shapes = JsonShapes::new();
        let mut table = vec![u32::MAX; words];
        let known = shapes.scan(&document.repeat(6), (0..6).map(|n| 7 * n..7 * (n + 1)), 0, &mut table);
        let room = words.saturating_sub(12) / 6;
        assert_eq!(known, room.min(3));
    }
}

#[test]
fn memory_is_bounded_whatever_comes() {
    let mut shapes = JsonShapes::new();
    let mut table = vec![0; 1024];
    for round in 0..10_000 {
        let documents = format!("{{\"k{round}\":1}}").repeat(8);
        let length = documents.len() / 8;
        shapes.scan(documents.as_bytes(), (0..8).map(|n| length * n..length * (n + 1)), 0, &mut table);
    }
    assert_eq!((shapes.held.len(), shapes.numbers), (super::MAX_HELD, super::MAX_NUMBERED));
}

/// Documents, and texts that are nearly documents: parts of JSON in any order.
fn hostile() -> impl Strategy<Value = String> {
    let part = prop::sample::select(vec![
        "{",
        "}",
        "[",
        "]",
        ",",
        ":",
        "\"a\"",
        "\"b\"",
        "\"\"",
        "\"",
        "\\",
        " ",
        "\n",
        "1",
        "-0",
        "0",
        "2.5",
        "1e3",
        ".",
        "-",
        "true",
        "false",
        "null",
        "\"a\":",
        "{\"a\":1}",
        "[]",
        "{}",
        "é",
        "\"__proto__\":",
        "\"7\":",
    ]);
    prop::collection::vec(part, 1..12).prop_map(|parts| parts.concat())
}

/// Documents of few shapes, with values that may be anything.
fn alike() -> impl Strategy<Value = String> {
    let value = prop_oneof![
        any::<f64>().prop_filter("JSON", |float| float.is_finite()).prop_map(|float| format!("{float:?}")),
        any::<i64>().prop_map(|whole| (whole % 1_000_000).to_string()),
        "[ -~]{0,20}".prop_map(|text| Json::from(text).to_string()),
        any::<bool>().prop_map(|bool| bool.to_string()),
    ];
    (value.clone(), value).prop_map(|(a, b)| format!("{{\"a\":{a},\"in\": {{\"b\":[{b}, null]}}}}"))
}

proptest! {
    #[test]
    fn what_has_a_shape_is_what_json_says(texts in prop::collection::vec(prop_oneof![hostile(), alike()], 1..8)) {
        // Each often enough to count, and then all of them beside each other's shapes.
        let documents: Vec<&str> = texts.iter().flat_map(|text| [text.as_str(); 4]).chain(texts.iter().map(String::as_str)).collect();
        for (document, read) in documents.iter().zip(read(&documents)) {
            let Some(read) = read else { continue };
            let expected = floats(document);
            prop_assert!(expected.is_some(), "{document:?} was read as {read:?}");
            prop_assert_eq!(floats(&read), expected, "{}", document);
        }
    }
}
