//! What is no document is dealt with by the error policy, the stage goes on, and the books balance.

use stream_pipeline::{ErrorPolicy, OverflowPolicy::Block, PipelineBuilder};
use stream_pipeline_stages::{ValidJson, ValidJsonOptions, stage_of_plan};

use crate::trial::emitted;
use crate::watchdog::watched;

const STAGES: [(&str, &str); 3] = [
    ("pick", r#"{ "fields": [["n", "/n"]] }"#),
    ("where", r#"{ "predicate": { "/n": { "ne": 3 } } }"#),
    ("validJson", "{}"),
];

/// The messages, of which every seventh is torn, and how many are.
fn messages() -> (Vec<Vec<u8>>, u64) {
    let message = |n: usize| if n % 7 == 2 { format!(r#"{{"n":{n}"#) } else { format!(r#"{{"n":{}}}"#, n % 5) };
    ((0..1000).map(|n| message(n).into_bytes()).collect(), (0..1000).filter(|n| n % 7 == 2).count() as u64)
}

#[test]
fn the_others_come_out_whatever_the_policy_keeps() {
    for (kind, options) in STAGES {
        for policy in [ErrorPolicy::Skip, ErrorPolicy::DeadLetter] {
            let pipeline = PipelineBuilder::new()
                .add_stage_object("tried", 64, Block, stage_of_plan(kind, options).unwrap())
                .with_error_policy("tried", policy)
                .build()
                .unwrap();
            let (input, output) = (pipeline.input(), pipeline.output().unwrap());
            let letters = (policy == ErrorPolicy::DeadLetter).then(|| pipeline.dead_letters().unwrap());
            let (messages, torn) = messages();
            let expected = messages.iter().filter(|message| message.ends_with(b"}"));
            let expected: Vec<_> =
                expected.filter(|message| kind != "where" || !message.ends_with(b":3}")).cloned().collect();
            let (outputs, letters, ledger) = watched(move |watch| {
                let running = watch.over(pipeline.start_ready().unwrap());
                let pusher = std::thread::spawn(move || input.push_many(messages).unwrap());
                let letters = std::thread::spawn(|| letters.map_or(0, Iterator::count) as u64);
                let outputs: Vec<_> = output.collect();
                pusher.join().unwrap();
                (outputs, letters.join().unwrap(), running.wait().unwrap().ledger)
            });
            assert_eq!(outputs, expected, "{kind}");
            assert_eq!((ledger.skipped + ledger.dead_lettered, ledger.balance()), (torn, 0), "{kind}");
            assert_eq!(letters, ledger.dead_lettered);
        }
    }
}

#[test]
fn by_default_the_first_one_ends_the_pipeline_and_is_named() {
    for (kind, options) in STAGES {
        let stage = stage_of_plan(kind, options).unwrap();
        let (_, report) = crate::trial::delivered(stage, 1024, [&br#"{"n":1}"#[..], br#"{"n":2}"#, br#"{"n":"#]);
        let error = report.unwrap_err();
        assert_eq!(error.sequence(), Some(2), "{kind}");
        assert!(error.to_string().contains("no value at byte 5"), "{error}");
    }
}

#[test]
fn valid_json_counts_levels_and_bytes() {
    let nested = |depth: usize| [b"[".repeat(depth), b"]".repeat(depth)].concat();
    let checked = |max_depth, max_bytes, document: &[u8]| {
        emitted(ValidJson::new(ValidJsonOptions { max_depth, max_bytes }).unwrap(), &[&[document]])
    };
    assert_eq!(checked(3, 100, &nested(3)).unwrap(), [nested(3)]);
    assert!(
        checked(3, 100, &nested(4))
            .unwrap_err()
            .to_string()
            .contains("more levels of nesting than are allowed at byte 3")
    );
    assert!(checked(0, 100, b" 7 ").is_ok());
    assert!(checked(0, 100, b"{}").is_err());
    assert!(checked(3, 5, &nested(3)).unwrap_err().to_string().contains("more bytes than maxBytes allows at byte 5"));
    assert!(checked(1_000_000, usize::MAX, &nested(1_000_000)).is_ok());
    assert!(checked(128, usize::MAX, &b"[{\"a\":".repeat(1_000_000)).is_err());
    assert_eq!(
        ValidJson::new(ValidJsonOptions { max_depth: 1_000_001, max_bytes: 1 }).unwrap_err().option(),
        "maxDepth"
    );
}
