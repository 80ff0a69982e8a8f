//! How fast `RateLimit` lets messages pass, and what happens to those it holds up.

use std::time::{Duration, Instant};

use stream_pipeline::{OverflowPolicy::Block, PipelineBuilder};
use stream_pipeline_stages::{RateLimit, RateLimitOptions, RateUnit};

use crate::trial::{delivered, emitted};
use crate::watchdog::watched;

fn limit(per_second: f64, burst: u64, unit: RateUnit) -> RateLimit {
    RateLimit::new(per_second, RateLimitOptions { burst: Some(burst), unit }).expect("sound options")
}

#[test]
fn each_message_comes_no_earlier_than_burst_and_rate_let_it_and_in_order() {
    let (per_second, burst) = (500.0, 10_usize);
    watched(move |watch| {
        let stage = limit(per_second, burst as u64, RateUnit::Messages);
        let pipeline = PipelineBuilder::new().add_stage_object("limit", 1024, Block, stage).build().unwrap();
        let (input, output) = (pipeline.input(), pipeline.output().unwrap());
        let began = Instant::now();
        let running = watch.over(pipeline.start_ready().unwrap());
        input.push_many((0..60_u8).map(|number| vec![number])).unwrap();
        input.close();
        let mut count = 0;
        for (number, message) in output.enumerate() {
            assert_eq!(message, [number as u8]);
            // The bucket was full before `began`, so it has no more by now than what it had then and what came since.
            let least = number.saturating_sub(burst) as f64 / per_second;
            assert!(began.elapsed() >= Duration::from_secs_f64(least), "message {number}");
            count += 1;
        }
        assert_eq!(count, 60);
        assert_eq!(running.wait().unwrap().ledger.balance(), 0);
    });
}

#[test]
fn bytes_are_counted_and_a_message_larger_than_the_burst_passes_in_debt() {
    let began = Instant::now();
    let large = vec![b'x'; 5000];
    let messages: [&[u8]; 4] = [&large, b"", &large, b"end"];
    let outputs = emitted(limit(100_000.0, 1000, RateUnit::Bytes), &[&messages]).unwrap();
    assert_eq!(outputs, messages);
    // At 100 bytes a millisecond, the bucket is full 50 ms after the first large one, and out of debt 40 ms after the second;
    // a millisecond less, for rounding.
    assert!(began.elapsed() >= Duration::from_millis(50 + 40 - 1));
}

#[test]
fn within_the_burst_a_batch_goes_on_as_it_is_and_nothing_is_lost_beyond_it() {
    let messages: Vec<Vec<u8>> = (0..20_000_u32).map(|number| number.to_string().into_bytes()).collect();
    let stage = limit(200_000.0, 2000, RateUnit::Messages);
    let (outputs, report) = delivered(stage, 1024, messages.iter().map(Vec::as_slice));
    assert!(outputs == messages);
    let ledger = report.unwrap().ledger;
    assert_eq!((ledger.delivered, ledger.absorbed, ledger.created, ledger.balance()), (20_000, 0, 0, 0));
}

#[test]
fn what_is_held_up_fills_the_edge_and_an_abort_ends_the_wait() {
    watched(|watch| {
        let stage = limit(0.001, 1, RateUnit::Messages);
        let pipeline = PipelineBuilder::new().add_stage_object("limit", 8, Block, stage).build().unwrap();
        let (input, mut output) = (pipeline.input(), pipeline.output().unwrap());
        let running = watch.over(pipeline.start_ready().unwrap());
        input.push(vec![0]).unwrap();
        assert_eq!(output.pop().unwrap(), [0]);
        // The next one waits for a quarter of an hour; the edge takes what it holds, and the stage some of that.
        let mut accepted = 1;
        while input.push_timeout(vec![1], Duration::from_millis(100)).is_ok() {
            accepted += 1;
            assert!(accepted < 100, "nothing holds the producer up");
        }
        let began = Instant::now();
        running.abort();
        let ended = running.wait();
        // Milliseconds, on a machine that is not busy; a wait that nothing ends would take that quarter of an hour.
        assert!(began.elapsed() < Duration::from_secs(5), "{:?}", began.elapsed());
        drop(ended);
        let ledger = running.metrics().ledger;
        assert_eq!((ledger.accepted, ledger.delivered, ledger.aborted), (accepted, 1, accepted - 1));
        assert_eq!(ledger.balance(), 0);
    });
}

#[test]
fn rates_and_bursts_that_let_nothing_pass_are_refused() {
    for per_second in [0.0, -1.0, f64::NAN, f64::INFINITY] {
        assert_eq!(RateLimit::new(per_second, RateLimitOptions::default()).unwrap_err().option(), "per_second");
    }
    let none = RateLimitOptions { burst: Some(0), ..RateLimitOptions::default() };
    assert_eq!(RateLimit::new(1.0, none).unwrap_err().option(), "burst");
}
