//! What a window cannot count is rejected, and it goes on; what it holds is bounded; its books balance.

use stream_pipeline::{ErrorPolicy, OverflowPolicy::Block, PipelineBuilder, Stage};
use stream_pipeline_stages::{Aggregate, LateMessages, Window, WindowOptions, stage_of_plan};

use crate::trial::emitted;
use crate::watchdog::watched;

fn options() -> WindowOptions {
    WindowOptions {
        size_ms: 100,
        time: Some("/t".into()),
        key: vec!["/k".into()],
        aggregates: vec![("n".into(), Aggregate::Count), ("sum".into(), Aggregate::Sum("/v".into()))],
        ..WindowOptions::default()
    }
}

fn results(options: WindowOptions, messages: &[&[u8]]) -> Vec<String> {
    let outputs = emitted(Window::new(options).unwrap(), &[messages]).unwrap();
    outputs.into_iter().map(|output| String::from_utf8(output).unwrap()).collect()
}

fn rejection(options: WindowOptions, message: &[u8]) -> String {
    Window::new(options).unwrap().process(message.to_vec()).unwrap_err().to_string()
}

#[test]
fn a_key_is_the_value_however_it_is_written() {
    let messages = [
        &br#"{"t":0,"k":"a"}"#[..],
        br#"{"t":0,"k":"\u0061","v":null}"#,
        br#"{"t":0,"k":1}"#,
        br#"{"t":0,"k":10e-1,"v":0.5}"#,
        br#"{"t":0,"k":-0}"#,
        br#"{"t":0,"k":null}"#,
        br#"{"t":0}"#,
    ];
    let keys = [(r#""a""#, "2,\"sum\":0"), ("1", "2,\"sum\":0.5"), ("0", "1,\"sum\":0"), ("null", "2,\"sum\":0")];
    let expected = keys.map(|(key, n)| format!(r#"{{"windowStart":0,"windowEnd":100,"key":{key},"n":{n}}}"#));
    assert_eq!(results(options(), &messages), expected);
}

#[test]
fn several_pointers_make_an_array_and_none_no_key() {
    let message = br#"{"t":-1,"k":"a","v":7}"#;
    let key = |key: &[&str], key_as_array| {
        let key = key.iter().map(ToString::to_string).collect();
        results(WindowOptions { key, key_as_array, ..options() }, &[message]).concat()
    };
    assert_eq!(key(&["/k", "/v"], false), r#"{"windowStart":-100,"windowEnd":0,"key":["a",7],"n":1,"sum":7}"#);
    assert_eq!(key(&["/k"], true), r#"{"windowStart":-100,"windowEnd":0,"key":["a"],"n":1,"sum":7}"#);
    assert_eq!(key(&[], false), r#"{"windowStart":-100,"windowEnd":0,"n":1,"sum":7}"#);
}

#[test]
fn what_cannot_be_counted_is_rejected_with_the_reason() {
    for (message, reason) in [
        (&br#"{"t":0"#[..], "no JSON document"),
        (br#"{"k":"a"}"#, "there is no time at `/t`"),
        (br#"{"t":"soon"}"#, "\"soon\" is no time"),
        (br#"{"t":1e18}"#, "1e18 is no time"),
        (br#"{"t":4e15}"#, "ahead of the machine's clock"),
        (br#"{"t":0,"k":[1]}"#, "the value at `/k`, [1], is no key"),
        (br#"{"t":0,"k":"\ud800"}"#, "half a character"),
        (br#"{"t":0,"v":"7"}"#, "the value at `/v`, \"7\", is not a number"),
        (br#"{"t":0,"v":1e999}"#, "beyond the range of numbers"),
    ] {
        let rejected = rejection(options(), message);
        assert!(rejected.contains(reason), "{rejected}");
    }
    let too_long = rejection(WindowOptions { max_key_bytes: 4, ..options() }, br#"{"t":0,"k":"abc"}"#);
    assert!(too_long.contains("longer than max_key_bytes (4)"), "{too_long}");
}

#[test]
fn one_key_more_than_a_window_or_all_may_hold_is_rejected_and_the_others_go_on() {
    for (limits, option) in [
        (WindowOptions { max_keys: 1, ..options() }, "max_keys"),
        (WindowOptions { max_groups: 1, ..options() }, "max_groups"),
    ] {
        let mut window = Window::new(WindowOptions { allowed_lateness_ms: 1000, ..limits }).unwrap();
        window.process(br#"{"t":0,"k":"a"}"#.to_vec()).unwrap();
        let error = window.process(br#"{"t":0,"k":"b"}"#.to_vec()).unwrap_err().to_string();
        assert!(error.contains(option) && error.contains("raise it"), "{error}");
        window.process(br#"{"t":0,"k":"a"}"#.to_vec()).unwrap();
        assert_eq!(window.process(br#"{"t":100,"k":"b"}"#.to_vec()).is_ok(), option == "max_keys");
        // Where the first window has closed, there is room again.
        assert_eq!(
            window.process(br#"{"t":1200,"k":"c"}"#.to_vec()).unwrap().len(),
            if option == "max_keys" { 2 } else { 1 }
        );
    }
}

#[test]
fn under_every_policy_the_books_balance_and_the_stage_goes_on() {
    let messages = ["{\"t\":150}", "{\"t\":20}", "[", "{\"t\":151}"];
    // What is skipped, dead-lettered and failed: the torn document, and the late one where it is rejected.
    for (policy, late, expected) in [
        (ErrorPolicy::Skip, LateMessages::Drop, (1, 0, 0)),
        (ErrorPolicy::Skip, LateMessages::Reject, (2, 0, 0)),
        (ErrorPolicy::DeadLetter, LateMessages::Reject, (0, 2, 0)),
        (ErrorPolicy::Fail, LateMessages::Drop, (0, 0, 1)),
    ] {
        watched(move |watch| {
            let pipeline = PipelineBuilder::new()
                .add_stage_object("window", 64, Block, Window::new(WindowOptions { late, ..options() }).unwrap())
                .with_error_policy("window", policy)
                .build()
                .unwrap();
            let (input, output) = (pipeline.input(), pipeline.output().unwrap());
            let running = watch.over(pipeline.start_ready().unwrap());
            for message in messages {
                // Refused only where the stage has failed.
                let _ = input.push(message.as_bytes().to_vec());
            }
            input.close();
            let results: Vec<_> = output.collect();
            let ledger = match running.wait() {
                Ok(report) => report.ledger,
                Err(_) => running.metrics().ledger,
            };
            assert_eq!((ledger.skipped, ledger.dead_lettered, ledger.failed), expected);
            assert_eq!(ledger.balance(), 0);
            let is_whole = policy != ErrorPolicy::Fail;
            assert_eq!(results.len(), usize::from(is_whole));
            assert!(!is_whole || results[0].ends_with(br#""n":2,"sum":0}"#));
        });
    }
}

#[test]
fn options_that_cannot_be_are_refused_with_what_can() {
    for (plan, text) in [
        ("{}", "option `size_ms`: 0 is no size"),
        (r#"{"sizeMs":1}"#, "option `aggregates`: 0 are asked for"),
        (r#"{"sizeMs":1,"everyMs":2}"#, "messages would be lost"),
        (r#"{"sizeMs":60001,"everyMs":60000}"#, "panes of 1 ms"),
        (r#"{"sizeMs":1,"idleMs":9}"#, "set time, or leave it out"),
        (r#"{"sizeMs":1,"maxKeys":0}"#, "no room for a single key"),
        (r#"{"sizeMs":1,"aggregates":{"key":"count"}}"#, "the name `key` is taken"),
        (r#"{"sizeMs":1,"aggregates":{"n":"sum"}}"#, "`sum` is no aggregate"),
        (r#"{"sizeMs":1,"aggregates":{"n":{"sum":"/a","of":"/b"}}}"#, "an aggregate is"),
        (r#"{"sizeMs":1,"aggregates":{"n":{"sum":"a"}}}"#, "begin it with `/`"),
        (r#"{"sizeMs":1,"aggregates":{"n":{"quantile":99,"of":"/a"}}}"#, "99 is no quantile"),
        (r#"{"sizeMs":1,"aggregates":{"n":"count","n":"count"}}"#, "the name `n` is taken"),
    ] {
        let refused = stage_of_plan("window", plan).err().expect(plan).to_string();
        assert!(refused.contains(text), "{plan}: {refused}");
    }
}
