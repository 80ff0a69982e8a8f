//! After close every form of push is refused with `CLOSED` and gives back what it was given.

use stream_pipeline::ErrorCode::Closed;
use stream_pipeline::OverflowPolicy::Block;
use stream_pipeline::{Batch, PassthroughStage, PipelineBuilder};

use std::time::Duration;

use crate::numbers::{number, numbers};
use crate::watchdog::watched;

#[test]
fn a_push_after_close_is_refused_and_hands_its_message_back() {
    watched(|watch| {
        let pipeline = PipelineBuilder::new().add_stage("only", 8, Block).build().unwrap();
        let (input, other) = (pipeline.input(), pipeline.input());
        let running = watch.over(pipeline.start(|_| Box::new(PassthroughStage)).unwrap());
        input.push(number(1)).unwrap();
        other.close();

        for refused in [input.push(number(2)), input.try_push(number(2)), input.push_timeout(number(2), Duration::MAX)]
        {
            let refused = refused.unwrap_err();
            assert_eq!((refused.code(), refused.rejected), (Closed, number(2)));
        }
        let refused = input.push_many(numbers(2..5)).unwrap_err();
        assert_eq!((refused.code(), refused.rejected), (Closed, numbers(2..5)));
        for push in [stream_pipeline::Input::push_batch, stream_pipeline::Input::offer_batch] {
            let refused = push(&input, Batch::from_iter([&b"a"[..], b"b"])).unwrap_err();
            assert_eq!(
                (refused.code(), refused.rejected.collect::<Vec<_>>()),
                (Closed, vec![b"a".to_vec(), b"b".to_vec()])
            );
        }
        let report = running.wait().unwrap();
        assert_eq!((report.ledger.accepted, report.ledger.delivered), (1, 1));
        assert_eq!(input.push(number(3)).unwrap_err().code(), Closed);
    });
}
