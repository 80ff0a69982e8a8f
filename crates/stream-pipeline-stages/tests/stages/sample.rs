//! Which messages `Sample` lets pass.

use stream_pipeline_stages::{Sample, stage_of_plan};

use crate::trial::{delivered, emitted};

fn numbers(count: u32) -> Vec<Vec<u8>> {
    (0..count).map(|number| number.to_string().into_bytes()).collect()
}

/// What passes of `messages`, in batches of so many.
fn passed(sample: Sample, messages: &[Vec<u8>], batch_messages: usize) -> Vec<Vec<u8>> {
    let messages: Vec<&[u8]> = messages.iter().map(Vec::as_slice).collect();
    let batches: Vec<&[&[u8]]> = messages.chunks(batch_messages).collect();
    emitted(sample, &batches).expect("it never fails")
}

#[test]
fn the_first_of_every_so_many_passes_however_they_are_batched() {
    let messages = numbers(100);
    for every in [1, 3, 7, 100, 101] {
        let expected: Vec<_> = messages.iter().step_by(every as usize).cloned().collect();
        for batch_messages in [1, 2, 10, 100] {
            assert_eq!(passed(Sample::every(every).unwrap(), &messages, batch_messages), expected, "every {every}");
        }
    }
}

#[test]
fn the_same_seed_chooses_the_same_messages_however_they_are_batched() {
    let messages = numbers(1000);
    let chosen =
        |seed, batch_messages| passed(Sample::with_probability(0.3, Some(seed)).unwrap(), &messages, batch_messages);
    assert_eq!(chosen(1, 1), chosen(1, 100));
    assert_ne!(chosen(1, 1), chosen(2, 1));
}

#[test]
fn as_many_pass_as_the_probability_says() {
    let messages = numbers(100_000);
    for (probability, least, most) in [(0.0, 0, 0), (1.0, 100_000, 100_000), (0.25, 24_000, 26_000)] {
        // Seven standard deviations; the seed makes it the same each time.
        let count = passed(Sample::with_probability(probability, Some(7)).unwrap(), &messages, 1000).len();
        assert!((least..=most).contains(&count), "{count} with {probability}");
    }
}

#[test]
fn what_does_not_pass_is_absorbed() {
    let messages = numbers(10);
    let (passed, report) = delivered(Sample::every(4).unwrap(), 1000, messages.iter().map(Vec::as_slice));
    let ledger = report.unwrap().ledger;
    assert_eq!((passed.len(), ledger.absorbed, ledger.created, ledger.balance()), (3, 7, 0, 0));
}

#[test]
fn a_plan_says_one_way_of_choosing() {
    for plan in [r#"{ "every": 3 }"#, r#"{ "probability": 0.5 }"#, r#"{ "probability": 0.5, "seed": 1 }"#] {
        assert_eq!(stage_of_plan("sample", plan).unwrap().name(), "sample");
    }
    for (plan, option) in [
        ("{}", "every"),
        (r#"{ "every": 3, "probability": 0.5 }"#, "every"),
        (r#"{ "every": 3, "seed": 1 }"#, "every"),
        (r#"{ "every": 0 }"#, "every"),
        (r#"{ "probability": -0.1 }"#, "probability"),
    ] {
        assert_eq!(stage_of_plan("sample", plan).err().unwrap().option(), option, "{plan}");
    }
}
