//! Documents become one array, however they arrive; what is no element is rejected.

use proptest::prelude::*;
use serde_json::Value;
use stream_pipeline_stages::JsonArray;

use crate::trial::{dead_lettered, delivered, emitted, skipped};

const DOCUMENTS: [&[u8]; 6] = [b"1", b"", b"{\"a\":[]}", b" \n", b"\"x\"", b"[2]"];

fn documents() -> impl Strategy<Value = Vec<Value>> {
    let value = prop_oneof![
        any::<i64>().prop_map(Value::from),
        ".{0,20}".prop_map(Value::from),
        prop::collection::vec(any::<bool>(), 0..5).prop_map(Value::from),
        Just(Value::Null),
    ];
    prop::collection::vec(value, 0..50)
}

proptest! {
    #[test]
    fn the_array_has_the_documents_as_its_elements(values in documents(), batch_size in 1..20_usize) {
        let texts: Vec<Vec<u8>> = values.iter().map(|value| value.to_string().into_bytes()).collect();
        let messages: Vec<&[u8]> = texts.iter().map(Vec::as_slice).collect();
        let batches: Vec<&[&[u8]]> = messages.chunks(batch_size).collect();
        let array = emitted(JsonArray::new(), &batches).unwrap().concat();
        prop_assert_eq!(serde_json::from_slice::<Vec<Value>>(&array).unwrap(), values);
    }
}

#[test]
fn no_messages_are_an_empty_array() {
    assert_eq!(emitted(JsonArray::default(), &[]).unwrap(), [b"[]"]);
    assert_eq!(skipped(JsonArray::new(), [&b""[..], b" "]), (vec![b"[]".to_vec()], 2));
}

#[test]
fn what_is_empty_is_rejected_under_each_policy() {
    let whole = b"[1,{\"a\":[]},\"x\",[2]]";
    let (chunks, letters, _) = dead_lettered(JsonArray::new(), DOCUMENTS);
    assert_eq!(chunks.concat(), whole);
    let facts: Vec<_> = letters.iter().map(|letter| (letter.sequence, &letter.message[..])).collect();
    assert_eq!(facts, [(1, &b""[..]), (3, b" \n")]);
    let (chunks, count) = skipped(JsonArray::new(), DOCUMENTS);
    assert_eq!((&chunks.concat()[..], count), (&whole[..], 2));
    let (chunks, report) = delivered(JsonArray::new(), 1024, DOCUMENTS);
    assert_eq!((chunks.concat(), report.unwrap_err().sequence()), (b"[1".to_vec(), Some(1)));
}

#[test]
fn the_brackets_are_created_and_the_books_balance() {
    let (chunks, report) = delivered(JsonArray::new(), 1024, [&b"{}"[..]]);
    let ledger = report.unwrap().ledger;
    assert_eq!(chunks, [&b"["[..], b"{}", b"]"]);
    assert_eq!((ledger.created, ledger.absorbed, ledger.balance()), (2, 0, 0));
    let (chunks, report) = delivered(JsonArray::new(), 1024 * 1024, std::iter::repeat_n(&b"{}"[..], 5000));
    let ledger = report.unwrap().ledger;
    assert_eq!((chunks.concat().len(), ledger.balance()), (2 + 5000 * 3 - 1, 0));
    assert_eq!(5000 + ledger.created, chunks.len() as u64 + ledger.absorbed);
}
