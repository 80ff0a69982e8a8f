//! Nobody is told of the end before an abort is through with every edge: the error counts all that was left.

use std::cell::RefCell;
use std::sync::mpsc::{self, Sender};
use std::sync::{Arc, Mutex};

use stream_pipeline::ErrorCode::Aborted;
use stream_pipeline::OverflowPolicy::Block;
use stream_pipeline::{Batch, PipelineBuilder, Stage, Waker, stage_fn};

use crate::gate::gate;
use crate::numbers::{number, numbers};
use crate::watchdog::{until, watched};

thread_local! {
    /// Hangs up when its thread has ended.
    static LIFE: RefCell<Option<Sender<()>>> = const { RefCell::new(None) };
}

#[test]
fn an_end_that_comes_in_the_middle_of_an_abort_counts_what_the_abort_finds_after_it() {
    watched(|watch| {
        let (mut stage, keeper) = gate();
        let (alive, life) = mpsc::channel();
        let mut alive = Some(alive);
        let gate = stage_fn(move |message| {
            LIFE.with_borrow_mut(|life| *life = life.take().or_else(|| alive.take()));
            stage.process(message)
        });
        let pipeline = PipelineBuilder::new().add_stage_object("gate", 1, Block, gate).build().unwrap();
        let (input, _output) = (pipeline.input(), pipeline.output().unwrap());
        let running = watch.over(pipeline.start_ready().unwrap());
        keeper.let_pass(2);
        input.push(number(0)).unwrap();
        input.push(number(1)).unwrap();
        until(|| running.metrics().edges[1].fill == 2);
        // One in hand, one in the ring, two behind the stage.
        input.push(number(2)).unwrap();
        (0..3).for_each(|_| keeper.wait_for_arrival());
        input.push(number(3)).unwrap();

        // Called when the abort has reached the first edge and not yet the second; meanwhile the only thread ends.
        let meanwhile = Mutex::new(Some((keeper, life)));
        let waker: Waker = Arc::new(move || {
            let (keeper, life) = meanwhile.lock().unwrap().take().expect("it is called once");
            keeper.open();
            life.recv().expect_err("nothing is sent");
        });
        let batch: Batch = numbers([4]).iter().map(Vec::as_slice).collect();
        assert!(input.call_when_drained(&waker, &batch));
        running.abort();

        let error = running.wait().unwrap_err();
        assert_eq!((error.code(), running.metrics().ledger.aborted), (Aborted, 4));
        assert!(error.to_string().contains("4 messages"), "{error}");
    });
}
