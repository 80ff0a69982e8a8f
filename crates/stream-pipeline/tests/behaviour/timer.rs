//! The timer hook: called when it is due, whether messages come or not.

use std::time::{Duration, Instant};

use stream_pipeline::OverflowPolicy::Block;
use stream_pipeline::{Emitter, PipelineBuilder, Result, Stage};

use crate::numbers::{number, value_of};
use crate::watchdog::watched;

const PERIOD: Duration = Duration::from_millis(5);

/// Absorbs its inputs; at each period it emits how late it was called, in nanoseconds.
struct Ticks {
    due: Instant,
}

impl Stage for Ticks {
    fn process(&mut self, _input: Vec<u8>) -> Result<Vec<Vec<u8>>> {
        Ok(Vec::new())
    }

    fn name(&self) -> &'static str {
        "ticks"
    }

    fn next_timer(&self) -> Option<Instant> {
        Some(self.due)
    }

    fn on_timer(&mut self, now: Instant, out: &mut Emitter) -> Result<()> {
        assert!(now >= self.due, "never early");
        out.push(&number(now.duration_since(self.due).as_nanos() as u64));
        self.due = now + PERIOD;
        Ok(())
    }
}

#[test]
fn a_timer_fires_while_no_message_comes() {
    watched(|watch| {
        let began = Instant::now();
        let plan = PipelineBuilder::new().add_stage_object("ticks", 8, Block, Ticks { due: began + PERIOD });
        let pipeline = plan.build().unwrap();
        let (input, mut output) = (pipeline.input(), pipeline.output().unwrap());
        let running = watch.over(pipeline.start_ready().unwrap());
        (0..3).for_each(|_| assert!(output.pop().is_some()));
        assert!(began.elapsed() >= 3 * PERIOD);
        input.close();
        let ledger = running.wait().unwrap().ledger;
        assert_eq!((ledger.accepted, ledger.absorbed, ledger.balance()), (0, 0, 0));
        // Whatever belongs to no input is created.
        assert!(ledger.created >= 3);
    });
}

#[test]
fn a_timer_fires_between_batches_under_full_load() {
    watched(|watch| {
        let plan = PipelineBuilder::new().add_stage_object("ticks", 1024, Block, Ticks { due: Instant::now() });
        let pipeline = plan.build().unwrap();
        let (input, mut output) = (pipeline.input(), pipeline.output().unwrap());
        let running = watch.over(pipeline.start_ready().unwrap());
        let pusher = std::thread::spawn(move || while input.push(number(0)).is_ok() {});
        let lateness = (0..5).map(|_| Duration::from_nanos(value_of(&output.pop().unwrap()))).min().unwrap();
        running.close_input();
        pusher.join().unwrap();
        // About a millisecond of work is taken in hand at once; the machine may be busy with other things.
        assert!(lateness < Duration::from_millis(20), "{lateness:?} late at best");
        output.discard();
        let ledger = running.wait().unwrap().ledger;
        assert_eq!((ledger.absorbed, ledger.balance()), (ledger.accepted, 0));
    });
}
