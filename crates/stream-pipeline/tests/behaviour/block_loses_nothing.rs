//! `block` never drops, whatever the load, and at every capacity.

use stream_pipeline::OverflowPolicy::Block;
use stream_pipeline::{PassthroughStage, PipelineBuilder, stage_fn};

use crate::numbers::{collect, number, numbers};
use crate::watchdog::watched;

#[test]
fn ten_times_the_load_a_stage_can_take_is_held_up_and_nothing_is_lost() {
    const MESSAGES: u64 = 20_000;
    watched(|watch| {
        // Some microseconds a message; a push takes a tenth of one.
        let slow = stage_fn(|message| {
            (0..2_000).for_each(|_| std::hint::spin_loop());
            Ok(vec![message])
        });
        let pipeline = PipelineBuilder::new().add_stage_object("slow", 64, Block, slow).build().unwrap();
        let (input, output) = (pipeline.input(), pipeline.output().unwrap());
        let running = watch.over(pipeline.start_ready().unwrap());
        let pusher = std::thread::spawn(move || {
            (0..MESSAGES / 2).for_each(|value| input.push(number(value)).unwrap());
            input.push_many(numbers(MESSAGES / 2..MESSAGES - 1000)).unwrap();
            // Many times what the ring holds, at once.
            let rest = numbers(MESSAGES - 1000..MESSAGES);
            input.push_batch(rest.iter().map(Vec::as_slice).collect()).unwrap();
        });
        assert!(collect(output).into_iter().eq(0..MESSAGES));
        pusher.join().unwrap();
        let report = running.wait().unwrap();
        assert_eq!((report.ledger.delivered, report.ledger.dropped()), (MESSAGES, 0));
        assert!(report.edges[0].pressured_count > 0, "it was held up");
        assert!(report.edges.iter().all(|edge| edge.highest_fill <= edge.capacity));
    });
}

#[test]
fn every_capacity_from_one_on_works_with_the_default_marks() {
    const MESSAGES: u64 = 500;
    watched(|watch| {
        for capacity in 1..=9 {
            for backpressure in [true, false] {
                let pipeline = PipelineBuilder::new()
                    .add_stage("one", capacity, Block)
                    .add_stage("two", capacity, Block)
                    .with_backpressure(backpressure)
                    .build()
                    .unwrap();
                let (input, output) = (pipeline.input(), pipeline.output().unwrap());
                let running = watch.over(pipeline.start(|_| Box::new(PassthroughStage)).unwrap());
                let pusher = std::thread::spawn(move || {
                    (0..MESSAGES).for_each(|value| input.push(number(value)).unwrap());
                });
                assert!(collect(output).into_iter().eq(0..MESSAGES));
                pusher.join().unwrap();
                let report = running.wait().unwrap();
                assert!(report.edges.iter().all(|edge| edge.highest_fill <= edge.capacity));
            }
        }
    });
}
