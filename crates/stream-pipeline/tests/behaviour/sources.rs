//! Sources feed a pipeline from threads of their own, and end with it.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::time::{Duration, Instant};

use stream_pipeline::ErrorCode::{Aborted, DuplicateName, MessageTooLarge, StageFailed, StagePanicked};
use stream_pipeline::OverflowPolicy::Block;
use stream_pipeline::{Batch, EdgeOptions, Error, Flow, PassthroughStage, PipelineBuilder, Result, Source, StageState};

use crate::watchdog::watched;

/// A source made from a closure.
struct Reads<F>(F);

impl<F: FnMut(&mut Batch) -> Result<Flow> + Send> Source for Reads<F> {
    fn read(&mut self, batch: &mut Batch) -> Result<Flow> {
        (self.0)(batch)
    }
}

fn plan(name: &str, read: impl FnMut(&mut Batch) -> Result<Flow> + Send + 'static) -> PipelineBuilder {
    PipelineBuilder::new().add_stage_object("pass", 64, Block, PassthroughStage).with_source(name, Reads(read))
}

/// Emits `count` numbers, ten at a time.
fn numbers(count: u64) -> impl FnMut(&mut Batch) -> Result<Flow> + Send {
    let mut next = 0;
    move |batch| {
        for _ in 0..10 {
            batch.push(&u64::to_le_bytes(next));
            next += 1;
        }
        Ok(if next < count { Flow::Ready } else { Flow::Ended })
    }
}

#[test]
fn what_a_source_reads_comes_out_in_order_and_its_end_ends_the_pipeline() {
    watched(|watch| {
        let pipeline = plan("numbers", numbers(50_000)).build().unwrap();
        let output = pipeline.output().unwrap();
        let running = watch.over(pipeline.start_ready().unwrap());
        assert!(output.eq((0..50_000_u64).map(|number| number.to_le_bytes().to_vec())));
        // Nobody has closed the input: the source's end has.
        let ledger = running.completed().unwrap().ledger;
        assert_eq!((ledger.accepted, ledger.delivered, ledger.balance()), (50_000, 50_000, 0));
    });
}

#[test]
fn wait_waits_for_the_sources_and_pushes_go_in_beside_them() {
    watched(|watch| {
        let pipeline = plan("one", numbers(20_000)).with_source("two", Reads(numbers(30_000))).build().unwrap();
        let input = pipeline.input();
        let running = watch.over(pipeline.start_ready().unwrap());
        input.push(b"pushed".to_vec()).unwrap();
        assert_eq!(running.wait().unwrap().ledger.delivered, 50_001);
        assert!(input.push(b"late".to_vec()).is_err());
    });
}

#[test]
fn a_full_ring_stops_the_reading_and_an_abort_ends_it() {
    watched(|watch| {
        let reads = Arc::new(AtomicU64::new(0));
        let counted = Arc::clone(&reads);
        let mut read = numbers(u64::MAX);
        let endless = move |batch: &mut Batch| {
            counted.fetch_add(1, Relaxed);
            read(batch)
        };
        let small = EdgeOptions::new().capacity(8);
        let pipeline = plan("endless", endless).with_output_edge(small).build().unwrap();
        let output = pipeline.output().unwrap();
        let running = watch.over(pipeline.start_ready().unwrap());
        while running.metrics().stages[0].state != StageState::Backpressured || !running.metrics().edges[0].pressured {
            std::thread::yield_now();
        }
        std::thread::sleep(Duration::from_millis(20));
        // The two rings, a batch in hand, and what waits to enter.
        assert!(reads.load(Relaxed) * 10 <= 64 + 8 + 16 + 10);
        running.abort();
        assert_eq!(running.wait().unwrap_err().code(), Aborted);
        drop(output);
    });
}

#[test]
fn a_drain_stops_a_source_that_never_ends_even_while_it_waits() {
    watched(|watch| {
        for wait in [false, true] {
            let mut read = numbers(u64::MAX);
            let endless = move |batch: &mut Batch| {
                let flow = read(batch)?;
                Ok(if wait { Flow::Wait(Instant::now() + Duration::from_secs(3600)) } else { flow })
            };
            let running = watch.over(plan("endless", endless).build().unwrap().start_ready().unwrap());
            while running.metrics().ledger.delivered < 10 {
                std::thread::yield_now();
            }
            let ledger = running.drain(Duration::from_secs(30)).unwrap().ledger;
            assert_eq!((ledger.accepted, ledger.balance()), (ledger.delivered, 0));
        }
    });
}

#[test]
fn a_source_that_fails_ends_the_pipeline_when_what_it_had_read_has_come_out() {
    type Fault = fn(&mut Batch) -> Result<Flow>;
    let faults: [(Fault, _); 3] = [
        (|_| Err(Error::msg("no such file")), StageFailed),
        (|_| panic!("bad sector"), StagePanicked),
        (
            |batch| {
                batch.push_vec(vec![0; 2 << 20]);
                Ok(Flow::Ready)
            },
            MessageTooLarge,
        ),
    ];
    for (fault, code) in faults {
        watched(|watch| {
            let mut read = numbers(100);
            let failing = move |batch: &mut Batch| match read(batch)? {
                Flow::Ended => {
                    batch.drop_front(10);
                    fault(batch)
                }
                flow => Ok(flow),
            };
            let pipeline = plan("disk", failing).build().unwrap();
            let output = pipeline.output().unwrap();
            let running = watch.over(pipeline.start_ready().unwrap());
            assert_eq!(output.count(), 90);
            let error = running.wait().unwrap_err();
            assert_eq!((error.code(), error.stage(), error.sequence()), (code, Some("disk"), Some(90)));
            assert!(error.to_string().starts_with("source `disk` failed after 90 messages"), "{error}");
        });
    }
}

#[test]
fn a_source_needs_a_name_of_its_own() {
    let refused = plan("pass", numbers(1)).build().unwrap_err();
    assert_eq!((refused.code(), refused.stage()), (DuplicateName, Some("pass")));
}
