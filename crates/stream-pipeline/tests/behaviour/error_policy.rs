//! What becomes of messages that a stage cannot work on: the stage's error policy.

use stream_pipeline::ErrorCode::{Aborted, InvalidOption, OutputTaken, StageFailed, UnknownEdge};
use stream_pipeline::OverflowPolicy::Block;
use stream_pipeline::{
    Batch, Emitter, Error, ErrorPolicy, Pipeline, PipelineBuilder, Stage, StageState, batch_fn, stage_fn,
};

use crate::watchdog::watched;

const MESSAGES: u64 = 20_000;

/// Every third message is bad.
fn is_bad(message: &[u8]) -> bool {
    u64::from_le_bytes(message.try_into().unwrap()).is_multiple_of(3)
}

fn one_by_one() -> Box<dyn Stage> {
    Box::new(stage_fn(|message: Vec<u8>| if is_bad(&message) { Err(Error::msg("a third")) } else { Ok(vec![message]) }))
}

/// Emits each good message twice, and something for a bad one before it gives it up.
fn by_batch() -> Box<dyn Stage> {
    Box::new(batch_fn(|batch: Batch, out: &mut Emitter| {
        for message in batch.iter() {
            out.push(message);
            if is_bad(message) {
                out.reject(message, Error::msg("a third"))?;
            } else {
                out.push(message);
            }
            out.next_input();
        }
        out.recycle(batch);
        Ok(())
    }))
}

fn pipeline(stage: Box<dyn Stage>, policy: ErrorPolicy) -> Pipeline {
    PipelineBuilder::new()
        .add_stage_object("before", 64, Block, stream_pipeline::PassthroughStage)
        .add_stage_object("picky", 64, Block, stage)
        .add_stage_object("behind", 64, Block, stream_pipeline::PassthroughStage)
        .with_error_policy("picky", policy)
        .build()
        .unwrap()
}

fn push_all(input: &stream_pipeline::Input) {
    for number in 0..MESSAGES {
        input.push(number.to_le_bytes().to_vec()).unwrap();
    }
    input.close();
}

fn bad() -> impl Iterator<Item = u64> {
    (0..MESSAGES).filter(|number| number.is_multiple_of(3))
}

#[test]
fn skipped_messages_are_counted_and_the_others_go_on_in_order() {
    for (stage, outputs) in [(one_by_one(), [0, 1]), (by_batch(), [1, 2])] {
        watched(|watch| {
            let pipeline = pipeline(stage, ErrorPolicy::Skip);
            let (input, output) = (pipeline.input(), pipeline.output().unwrap());
            let running = watch.over(pipeline.start_ready().unwrap());
            let feeder = std::thread::spawn(move || push_all(&input));
            let expected = (0..MESSAGES).flat_map(|number| {
                vec![number.to_le_bytes().to_vec(); outputs[usize::from(!number.is_multiple_of(3))]]
            });
            assert!(output.eq(expected));
            feeder.join().unwrap();
            let report = running.wait().unwrap();
            let (ledger, stage) = (report.ledger, &report.stages[1]);
            let skipped = bad().count() as u64;
            assert_eq!((ledger.skipped, stage.skipped, ledger.failed, ledger.balance()), (skipped, skipped, 0, 0));
            assert_eq!(stage.in_hand(), 0);
        });
    }
}

#[test]
fn dead_letters_come_in_order_with_message_reason_and_place() {
    for stage in [one_by_one(), by_batch()] {
        watched(|watch| {
            let pipeline = pipeline(stage, ErrorPolicy::DeadLetter);
            let (input, letters) = (pipeline.input(), pipeline.dead_letters().unwrap());
            let running = watch.over(pipeline.start_ready().unwrap());
            let feeder = std::thread::spawn(move || push_all(&input));
            let mut count = 0;
            for (letter, number) in letters.zip(bad()) {
                assert_eq!((&*letter.message, letter.sequence), (&number.to_le_bytes()[..], number));
                assert_eq!((&*letter.stage, &*letter.reason, letter.attempts), ("picky", "a third", 1));
                assert_eq!(letter.code, StageFailed);
                count += 1;
            }
            feeder.join().unwrap();
            let ledger = running.wait().unwrap().ledger;
            assert_eq!((count, ledger.dead_lettered, ledger.balance()), (bad().count(), count as u64, 0));
        });
    }
}

#[test]
fn dead_letters_that_nobody_wants_are_counted_and_released() {
    watched(|watch| {
        for asked_for in [false, true] {
            let pipeline = pipeline(one_by_one(), ErrorPolicy::DeadLetter);
            let input = pipeline.input();
            // Given up before the start, or never there.
            drop(asked_for.then(|| pipeline.dead_letters().unwrap()));
            let running = watch.over(pipeline.start_ready().unwrap());
            push_all(&input);
            assert_eq!(running.wait().unwrap().ledger.dead_lettered, bad().count() as u64);
        }
    });
}

#[test]
fn a_stage_that_waits_for_room_among_the_dead_letters_is_backpressured_and_can_be_aborted() {
    watched(|watch| {
        let pipeline = pipeline(one_by_one(), ErrorPolicy::DeadLetter);
        let (input, mut letters) = (pipeline.input(), pipeline.dead_letters().unwrap());
        let running = watch.over(pipeline.start_ready().unwrap());
        let feeder = std::thread::spawn(move || {
            let bad = 0_u64.to_le_bytes().to_vec();
            while input.push(bad.clone()).is_ok() {}
        });
        // The edge of the dead letters holds the stage up, and then all before it.
        while !running.metrics().stages[..2].iter().all(|stage| stage.state == StageState::Backpressured) {
            std::thread::yield_now();
        }
        running.abort();
        feeder.join().unwrap();
        assert_eq!(running.wait().unwrap_err().code(), Aborted);
        let ledger = running.metrics().ledger;
        assert!(ledger.dead_lettered > 0 && ledger.balance() == 0, "{ledger:?}");
        assert_eq!(letters.pop(), None);
    });
}

#[test]
fn without_a_policy_the_first_bad_message_ends_the_pipeline() {
    watched(|watch| {
        for stage in [one_by_one(), by_batch()] {
            let pipeline = pipeline(stage, ErrorPolicy::Fail);
            let input = pipeline.input();
            let running = watch.over(pipeline.start_ready().unwrap());
            input.push(1_u64.to_le_bytes().to_vec()).unwrap();
            input.push(3_u64.to_le_bytes().to_vec()).unwrap();
            let error = running.wait().unwrap_err();
            assert_eq!((error.code(), error.stage(), error.sequence()), (StageFailed, Some("picky"), Some(1)));
        }
    });
}

#[test]
fn what_cannot_be_is_refused_with_the_remedy() {
    let plan = |name| PipelineBuilder::new().add_stage("only", 8, Block).with_error_policy(name, ErrorPolicy::Skip);
    let refused = plan("other").build().unwrap_err();
    assert_eq!((refused.code(), refused.stage()), (UnknownEdge, Some("other")));
    assert!(refused.to_string().contains("an error policy was given for `other`"), "{refused}");

    let refused = plan("only").build().unwrap().dead_letters().unwrap_err();
    assert_eq!(refused.code(), InvalidOption);
    assert!(refused.to_string().contains("with_error_policy"), "{refused}");

    let pipeline = pipeline(one_by_one(), ErrorPolicy::DeadLetter);
    let _first = pipeline.dead_letters().unwrap();
    assert_eq!(pipeline.dead_letters().unwrap_err().code(), OutputTaken);

    let hosted = PipelineBuilder::new().add_hosted_stage("hosted", 8, Block);
    let refused = hosted.with_error_policy("hosted", ErrorPolicy::Skip).build().unwrap_err();
    assert_eq!((refused.code(), refused.stage()), (InvalidOption, Some("hosted")));
}
