//! `drop-newest` is exact: what a full ring loses is what comes, each message counted.

use stream_pipeline::OverflowPolicy::DropNewest;
use stream_pipeline::PipelineBuilder;

use crate::gate::gate;
use crate::numbers::{collect, number, numbers, values};
use crate::watchdog::watched;

#[test]
fn a_full_ring_keeps_what_it_holds_and_drops_what_comes() {
    watched(|watch| {
        let (stage, keeper) = gate();
        let pipeline = PipelineBuilder::new().add_stage_object("gate", 100, DropNewest, stage).build().unwrap();
        let (input, output) = (pipeline.input(), pipeline.output().unwrap());
        let running = watch.over(pipeline.start_ready().unwrap());
        input.push(number(0)).unwrap();
        keeper.wait_for_arrival();

        input.push_many(numbers(1..=60)).unwrap();
        // 40 of these fit; one by one, none does.
        input.push_many(numbers(61..=500)).unwrap();
        (501..=1000).for_each(|value| input.push(number(value)).unwrap());
        let edge = running.metrics().edges[0].clone();
        assert_eq!((edge.entered, edge.taken, edge.fill, edge.dropped_newest), (1001, 1, 100, 900));
        assert!(edge.pressured, "the marks report");

        keeper.open();
        input.close();
        assert_eq!(collect(output), values(0..=100));
        let ledger = running.wait().unwrap().ledger;
        assert_eq!((ledger.accepted, ledger.delivered, ledger.dropped_newest), (1001, 101, 900));
        assert_eq!(ledger.balance(), 0);
    });
}
