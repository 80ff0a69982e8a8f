//! A full budget of bytes counts as a full ring: few large messages hold a feeder up as many small ones do.

use std::time::Duration;

use stream_pipeline::ErrorCode::{Full, Timeout};
use stream_pipeline::OverflowPolicy::{Block, DropOldest};
use stream_pipeline::PipelineBuilder;

use crate::gate::gate;
use crate::watchdog::watched;

const MESSAGE: usize = 100_000;
const BUDGET: u64 = 1_000_000;

#[test]
fn an_edge_holds_no_more_bytes_than_its_budget() {
    watched(|watch| {
        let (stage, keeper) = gate();
        let pipeline = PipelineBuilder::new()
            .add_stage_object("gate", 1000, Block, stage)
            .with_max_message_bytes(MESSAGE)
            .with_byte_budget(BUDGET)
            .build()
            .unwrap();
        let (input, output) = (pipeline.input(), pipeline.output().unwrap());
        let running = watch.over(pipeline.start_ready().unwrap());
        input.push(vec![0; MESSAGE]).unwrap();
        keeper.wait_for_arrival();
        let mut accepted = 1;
        while input.try_push(vec![accepted; MESSAGE]).is_ok() {
            accepted += 1;
        }
        // Ten messages and what describes them are more than the budget, nine are not.
        let edge = running.metrics().edges[0].clone();
        assert!(edge.fill == 9 && edge.bytes <= BUDGET, "{edge:?}");
        assert!(edge.pressured, "the marks count bytes too");
        assert_eq!(input.try_push(vec![0; MESSAGE]).unwrap_err().code(), Full);
        assert_eq!(input.push_timeout(vec![0; MESSAGE], Duration::ZERO).unwrap_err().code(), Timeout);

        let pusher = std::thread::spawn(move || input.push_many((accepted..100).map(|value| vec![value; MESSAGE])));
        keeper.open();
        assert!(output.map(|message| message[0]).eq(0..100));
        pusher.join().unwrap().unwrap();
        assert_eq!(running.wait().unwrap().edges[0].bytes, 0);
    });
}

#[test]
fn drop_oldest_makes_room_for_bytes_too() {
    watched(|watch| {
        let (stage, keeper) = gate();
        let pipeline = PipelineBuilder::new()
            .add_stage_object("gate", 1000, DropOldest, stage)
            .with_max_message_bytes(MESSAGE)
            .with_byte_budget(BUDGET)
            .build()
            .unwrap();
        let (input, output) = (pipeline.input(), pipeline.output().unwrap());
        let running = watch.over(pipeline.start_ready().unwrap());
        input.push(vec![0; MESSAGE]).unwrap();
        keeper.wait_for_arrival();
        for value in 1..=100 {
            input.push(vec![value; MESSAGE]).unwrap();
            assert!(running.metrics().edges[0].bytes <= BUDGET);
        }
        keeper.open();
        input.close();
        let seen: Vec<_> = output.map(|message| message[0]).collect();
        assert!(seen.ends_with(&[99, 100]) && seen.is_sorted() && seen.len() <= 10, "{seen:?}");
        let ledger = running.wait().unwrap().ledger;
        assert_eq!((ledger.delivered + ledger.dropped_oldest, ledger.balance()), (ledger.accepted, 0));
    });
}
