//! Dead letters taken by an event loop: those that are there, without waiting.

use stream_pipeline::{Error, ErrorCode::Timeout, ErrorPolicy, OverflowPolicy::Block, PipelineBuilder, stage_fn};

use crate::watchdog::watched;

#[test]
fn those_that_are_there_are_taken_together_up_to_both_bounds() {
    watched(|watch| {
        let picky = stage_fn(|_: Vec<u8>| Err(Error::msg("never")));
        let pipeline = PipelineBuilder::new()
            .add_stage_object("picky", 64, Block, picky)
            .with_error_policy("picky", ErrorPolicy::DeadLetter)
            .build()
            .unwrap();
        let (input, mut letters) = (pipeline.input(), pipeline.dead_letters().unwrap());
        assert_eq!(letters.try_pop_batch(10, 100).unwrap_err().code(), Timeout);
        let running = watch.over(pipeline.start_ready().unwrap());
        for _ in 0..30 {
            input.push(vec![b'x'; 10]).unwrap();
        }
        running.wait().unwrap();
        // 10 by their number; 10 by their bytes, of which the last may reach beyond the bound; and what is left.
        for (max_letters, max_bytes, expected) in [(10, usize::MAX, 10), (100, 91, 10), (1, 0, 1), (100, 1000, 9)] {
            assert_eq!(letters.try_pop_batch(max_letters, max_bytes).unwrap().unwrap().len(), expected);
        }
        assert_eq!(letters.try_pop_batch(10, 100).unwrap(), None);
    });
}

#[test]
fn whoever_learns_of_the_end_finds_the_end_of_the_dead_letters_too() {
    watched(|watch| {
        for _ in 0..200 {
            let pipeline = PipelineBuilder::new()
                .add_stage_object("fine", 64, Block, stream_pipeline::PassthroughStage)
                .with_error_policy("fine", ErrorPolicy::DeadLetter)
                .build()
                .unwrap();
            let mut letters = pipeline.dead_letters().unwrap();
            let running = watch.over(pipeline.start_ready().unwrap());
            running.close_input();
            while running.outcome().is_none() {
                std::hint::spin_loop();
            }
            assert_eq!(letters.try_pop_batch(1, 1).unwrap(), None);
        }
    });
}
