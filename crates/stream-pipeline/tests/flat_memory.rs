//! Ten times the load a stage can take does not move the memory, whether the ring drops or blocks.

#[path = "gate/mod.rs"]
mod gate;
#[path = "procfs/mod.rs"]
mod procfs;
#[path = "watchdog/mod.rs"]
mod watchdog;

use std::thread;

use stream_pipeline::OverflowPolicy::{self, Block, DropOldest};
use stream_pipeline::{PipelineBuilder, stage_fn};

const BYTES: usize = 1024;
const CAPACITY: usize = 1000;

/// The ring's megabyte, with room for buffers that grow by doubling and for spare ones, against hundreds that pass.
const MAX_GROWTH: u64 = 12 << 20;

fn plan(policy: OverflowPolicy) -> PipelineBuilder {
    PipelineBuilder::new().with_edge("slow", stream_pipeline::EdgeOptions::new().capacity(CAPACITY).policy(policy))
}

/// Half a gigabyte into a stage that has stopped.
fn drop_oldest() {
    const MESSAGES: u64 = 500_000;
    watchdog::watched(|watch| {
        let (stage, keeper) = gate::gate();
        let pipeline = plan(DropOldest).add_stage_object("slow", CAPACITY, Block, stage).build().unwrap();
        let input = pipeline.input();
        let running = watch.over(pipeline.start_ready().unwrap());
        input.push(vec![0; BYTES]).unwrap();
        keeper.wait_for_arrival();
        for nth in 1..MESSAGES / 2 {
            input.push(vec![nth as u8; BYTES]).unwrap();
        }
        input.push_many((0..MESSAGES / 2).map(|nth| vec![nth as u8; BYTES])).unwrap();
        let edge = running.metrics().edges[0].clone();
        assert_eq!((edge.entered, edge.fill), (MESSAGES, CAPACITY as u64));
        assert_eq!(edge.dropped_oldest, MESSAGES - CAPACITY as u64 - 1);
        keeper.open();
        assert_eq!(running.wait().unwrap().ledger.balance(), 0);
    });
}

/// A fifth of that into one that is ten times slower than its feeder.
fn block() {
    const MESSAGES: u64 = 100_000;
    watchdog::watched(|watch| {
        let slow = stage_fn(|message: Vec<u8>| {
            (0..200).for_each(|_| std::hint::spin_loop());
            Ok(vec![message])
        });
        let pipeline = plan(Block).add_stage_object("slow", CAPACITY, Block, slow).build().unwrap();
        let (input, output) = (pipeline.input(), pipeline.output().unwrap());
        let running = watch.over(pipeline.start_ready().unwrap());
        let pusher = thread::spawn(move || input.push_many((0..MESSAGES).map(|nth| vec![nth as u8; BYTES])));
        let arrived = output.zip(0..).filter(|(message, nth)| *message == [*nth as u64 as u8; BYTES]).count();
        pusher.join().unwrap().unwrap();
        assert_eq!(arrived as u64, MESSAGES);
        assert_eq!(running.wait().unwrap().ledger.dropped(), 0);
    });
}

#[test]
fn memory_stays_flat_under_overload() {
    for overload in [drop_oldest, block] {
        let before = procfs::peak_memory();
        overload();
        let growth = procfs::peak_memory() - before;
        assert!(growth < MAX_GROWTH, "{growth} bytes");
    }
}
