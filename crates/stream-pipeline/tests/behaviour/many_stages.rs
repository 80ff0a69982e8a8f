//! Far more stages than cores: no live-lock, no loss.

use stream_pipeline::OverflowPolicy::Block;
use stream_pipeline::{PassthroughStage, PipelineBuilder, stage_fn};

use crate::numbers::{collect, numbers};
use crate::watchdog::watched;

#[test]
fn sixty_four_stages_pass_every_message_on_in_order() {
    const STAGES: usize = 64;
    const MESSAGES: u64 = 20_000;
    watched(|watch| {
        let plan = (0..STAGES).fold(PipelineBuilder::new(), |plan, index| {
            // Small and large rings, both forms of a stage.
            plan.add_stage(format!("stage {index}"), 16 << (index % 4), Block)
        });
        let pipeline = plan.with_stack_bytes(128 * 1024).build().unwrap();
        let (input, output) = (pipeline.input(), pipeline.output().unwrap());
        let started = pipeline.start(|index| match index % 2 {
            0 => Box::new(PassthroughStage),
            _ => Box::new(stage_fn(|message| Ok(vec![message]))),
        });
        let running = watch.over(started.unwrap());
        let pusher = std::thread::spawn(move || input.push_many(numbers(0..MESSAGES)));
        assert!(collect(output).into_iter().eq(0..MESSAGES));
        pusher.join().unwrap().unwrap();
        let report = running.wait().unwrap();
        assert!(report.stages.iter().all(|stage| stage.received == MESSAGES && stage.emitted == MESSAGES));
        assert_eq!(report.ledger.balance(), 0);
    });
}
