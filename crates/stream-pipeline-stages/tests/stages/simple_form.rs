//! `process` and `process_batch` of a stage say the same.

use stream_pipeline::{Emitter, Stage};
use stream_pipeline_stages::{
    Delimited, DelimitedOptions, Extract, ExtractJson, ExtractJsonOptions, ExtractOptions, Filter, FilterOptions, Gzip,
    GzipOptions, Join, Lines, Replace, ReplaceOptions, WithLengthPrefix, WithLengthPrefixOptions,
};

use crate::trial::emitted;

const MESSAGES: &[&[u8]] = &[b"a=1\r\nb", b"", b"=2\n\nc=3", &[b'd'; 5000], b"\nlast"];

fn simply(mut stage: impl Stage) -> Vec<Vec<u8>> {
    let mut outputs = Vec::new();
    for message in MESSAGES {
        outputs.extend(stage.process(message.to_vec()).expect("no failure"));
    }
    let mut out = Emitter::detached();
    stage.finish(&mut out).expect("no failure");
    outputs.extend(out.take_messages());
    outputs
}

fn in_batches_of_one(stage: impl Stage) -> Vec<Vec<u8>> {
    let batches: Vec<&[&[u8]]> = MESSAGES.chunks(1).collect();
    emitted(stage, &batches).expect("no failure")
}

#[test]
fn both_forms_of_every_stage_emit_the_same() {
    assert_eq!(simply(Lines::default()), in_batches_of_one(Lines::default()));
    assert_eq!(simply(Join::default()), in_batches_of_one(Join::default()));
    let filter = || Filter::new("=", FilterOptions { invert: true }).unwrap();
    assert_eq!(simply(filter()), in_batches_of_one(filter()));
    let extract = || Extract::new("=(.)", ExtractOptions::default()).unwrap();
    assert_eq!(simply(extract()), in_batches_of_one(extract()));
    let delimited = || Delimited::new(DelimitedOptions { delimiter: b"\n\n".to_vec(), ..Default::default() }).unwrap();
    assert_eq!(simply(delimited()), in_batches_of_one(delimited()));
    let with_prefix = || WithLengthPrefix::new(WithLengthPrefixOptions::default()).unwrap();
    assert_eq!(simply(with_prefix()), in_batches_of_one(with_prefix()));
    let extract_json = || ExtractJson::new("(?<key>.)=(?<value>.)", ExtractJsonOptions::default()).unwrap();
    assert_eq!(simply(extract_json()), in_batches_of_one(extract_json()));
    let replace = || Replace::new("(.)=", "$1:", ReplaceOptions::default()).unwrap();
    assert_eq!(simply(replace()), in_batches_of_one(replace()));
    let gzip = || Gzip::new(GzipOptions { sync_flush: true, ..GzipOptions::default() }).unwrap();
    assert_eq!(simply(gzip()), in_batches_of_one(gzip()));
}

#[test]
fn stages_are_named_after_what_they_do() {
    assert_eq!((Lines::default().name(), Join::default().name()), ("lines", "join"));
    assert_eq!(Filter::new("", FilterOptions::default()).unwrap().name(), "filter");
    assert_eq!(Extract::new("", ExtractOptions::default()).unwrap().name(), "extract");
    assert_eq!(Gzip::new(GzipOptions::default()).unwrap().name(), "gzip");
}
