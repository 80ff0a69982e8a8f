//! `drop-oldest` is exact: what a full ring loses is the oldest it holds, each message counted.

use stream_pipeline::OverflowPolicy::{Block, DropOldest};
use stream_pipeline::{PassthroughStage, PipelineBuilder};

use crate::gate::gate;
use crate::numbers::{collect, number, numbers, values};
use crate::watchdog::{until, watched};

const CAPACITY: u64 = 100;

#[test]
fn under_overload_the_ring_ends_with_exactly_the_newest_messages() {
    // Pushed one by one, many at a time, and more at a time than the ring holds.
    for together in [1, 7, 64, 1000] {
        watched(move |watch| {
            let (stage, keeper) = gate();
            let plan = PipelineBuilder::new().add_stage_object("gate", CAPACITY as usize, DropOldest, stage);
            let pipeline = plan.build().unwrap();
            let (input, output) = (pipeline.input(), pipeline.output().unwrap());
            let running = watch.over(pipeline.start_ready().unwrap());
            input.push(number(0)).unwrap();
            keeper.wait_for_arrival();

            // Ten times what it can hold, to a stage that has stopped.
            let last = 10 * CAPACITY;
            for first in (1..=last).step_by(together) {
                input.push_many(numbers(first..=last.min(first + together as u64 - 1))).unwrap();
            }
            let edge = running.metrics().edges[0].clone();
            assert_eq!((edge.entered, edge.taken, edge.fill), (last + 1, 1, CAPACITY));
            assert_eq!(edge.dropped_oldest, edge.entered - edge.taken - edge.fill);

            keeper.open();
            input.close();
            let newest = last - CAPACITY + 1..=last;
            assert_eq!(collect(output), values([0].into_iter().chain(newest)));
            let ledger = running.wait().unwrap().ledger;
            assert_eq!((ledger.delivered, ledger.dropped_oldest), (CAPACITY + 1, last - CAPACITY));
            assert_eq!(ledger.balance(), 0);
        });
    }
}

#[test]
fn ten_times_the_load_a_stage_can_take_loses_nine_tenths_and_counts_each() {
    const ROUNDS: u64 = 5_000;
    watched(|watch| {
        let (stage, keeper) = gate();
        let pipeline =
            PipelineBuilder::new().add_stage_object("gate", CAPACITY as usize, DropOldest, stage).build().unwrap();
        let (input, output) = (pipeline.input(), pipeline.output().unwrap());
        let running = watch.over(pipeline.start_ready().unwrap());
        for round in 0..ROUNDS {
            (0..10).for_each(|nth| input.push(number(round * 10 + nth)).unwrap());
            keeper.let_pass(1);
            keeper.wait_for_arrival();
        }
        let pushed = ROUNDS * 10;
        let held = running.metrics().stages[0].in_hand();
        keeper.open();
        input.close();

        let seen = collect(output);
        assert!(seen.is_sorted_by(|a, b| a < b), "order is kept");
        assert!(seen.ends_with(&values(pushed - CAPACITY..pushed)), "the newest are kept");
        let ledger = running.wait().unwrap().ledger;
        assert_eq!((ledger.accepted, ledger.delivered), (pushed, seen.len() as u64));
        assert_eq!(ledger.dropped_oldest, pushed - ledger.delivered);
        // Each round lets one pass; what was in hand and in the ring at the end passes too.
        assert!((ROUNDS..=ROUNDS + held + CAPACITY).contains(&ledger.delivered), "{ledger:?}");
    });
}

#[test]
fn between_two_stages_the_oldest_give_way_too() {
    watched(|watch| {
        let (stage, keeper) = gate();
        let pipeline = PipelineBuilder::new()
            .add_stage_object("feeder", 1000, Block, PassthroughStage)
            .add_stage_object("gate", 10, DropOldest, stage)
            .build()
            .unwrap();
        let (input, output) = (pipeline.input(), pipeline.output().unwrap());
        let running = watch.over(pipeline.start_ready().unwrap());
        input.push(number(0)).unwrap();
        keeper.wait_for_arrival();
        input.push_many(numbers(1..=500)).unwrap();
        until(|| running.metrics().edges[1].entered == 501);
        let report = running.metrics();
        // The marks of a lossy edge only report: its feeder is not held up.
        assert!(report.edges[1].pressured && !report.edges[0].pressured);
        assert_eq!((report.stages[0].emitted, report.edges[1].dropped_oldest), (501, 490));
        keeper.open();
        input.close();
        assert_eq!(collect(output), values([0].into_iter().chain(491..=500)));
        assert_eq!(running.wait().unwrap().ledger.balance(), 0);
    });
}
