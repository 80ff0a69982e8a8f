//! A consumer that takes a thousand times as long as a push: on `block` its source runs at its rate, and on the others it
//! loses exactly what is counted. Memory stays flat either way.

#[path = "procfs/mod.rs"]
mod procfs;
#[path = "watchdog/mod.rs"]
mod watchdog;

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;
use std::time::Duration;

use stream_pipeline::OverflowPolicy::{self, Block, DropNewest, DropOldest};
use stream_pipeline::{Ledger, PipelineBuilder, Stage, stage_fn};

const CAPACITY: usize = 16;

/// What is pushed at a stage that loses most of it.
const LOAD: u64 = 50_000;

/// A push of these takes some microseconds.
const BYTES: usize = 64 << 10;
const A_THOUSAND_PUSHES: Duration = Duration::from_millis(2);

/// What the ring holds is 1 MiB; then there are spare batches, and an allocator's arena per thread.
const MAX_GROWTH: u64 = 8 << 20;

fn message(value: u64) -> Vec<u8> {
    let mut message = vec![0; BYTES];
    message[..8].copy_from_slice(&value.to_le_bytes());
    message
}

fn value_of(message: &[u8]) -> u64 {
    u64::from_le_bytes(message[..8].try_into().expect("each has more than eight bytes"))
}

/// Sleeps over each message, and keeps `consumed` and how far `pushed` ever was ahead of it.
fn slow(pushed: &Arc<AtomicU64>, lead: &Arc<AtomicU64>) -> impl Stage + 'static {
    let (pushed, lead, mut consumed) = (Arc::clone(pushed), Arc::clone(lead), 0);
    stage_fn(move |message| {
        // Not to wait for something: it is what makes the stage slow.
        thread::sleep(A_THOUSAND_PUSHES);
        lead.fetch_max(pushed.load(Ordering::Relaxed).saturating_sub(consumed), Ordering::Relaxed);
        consumed += 1;
        Ok(vec![message])
    })
}

/// Pushes `messages` as fast as it may; what came out, the ledger, and how far the source was ahead at most.
fn run(policy: OverflowPolicy, messages: u64) -> (Vec<u64>, Ledger, u64) {
    watchdog::watched(|watch| {
        let before = procfs::peak_memory();
        let (pushed, lead) = (Arc::default(), Arc::default());
        let stage = slow(&pushed, &lead);
        let pipeline = PipelineBuilder::new().add_stage_object("slow", CAPACITY, policy, stage).build().unwrap();
        let (input, output) = (pipeline.input(), pipeline.output().unwrap());
        let running = watch.over(pipeline.start_ready().unwrap());
        let source = thread::spawn(move || {
            for value in 0..messages {
                input.push(message(value)).unwrap();
                pushed.fetch_add(1, Ordering::Relaxed);
            }
        });
        let seen: Vec<_> = output.map(|message| value_of(&message)).collect();
        source.join().unwrap();
        let report = running.wait().unwrap();
        assert_eq!((report.ledger.accepted, report.ledger.balance()), (messages, 0));
        assert_eq!(report.ledger.delivered, seen.len() as u64);
        assert!(report.edges[0].highest_fill <= CAPACITY as u64);
        let growth = procfs::peak_memory() - before;
        assert!(growth < MAX_GROWTH, "{growth} bytes");
        (seen, report.ledger, lead.load(Ordering::Relaxed))
    })
}

/// In order, each at most once.
fn assert_ordered(seen: &[u64]) {
    assert!(seen.is_sorted_by(|earlier, later| earlier < later));
}

#[test]
fn a_consumer_a_thousand_times_slower_holds_its_source_up_or_loses_what_is_counted() {
    // One after the other: what grows is the process.
    let (seen, ledger, lead) = run(Block, 500);
    assert!(seen.into_iter().eq(0..500));
    assert_eq!(ledger.dropped(), 0);
    // The ring, what the stage has in hand, and the message that is just being pushed.
    let most = CAPACITY as u64 + CAPACITY as u64 / 4 + 1;
    assert!(lead <= most, "the source was {lead} messages ahead");

    let (seen, ledger, _) = run(DropOldest, LOAD);
    assert_ordered(&seen);
    assert!(seen.ends_with(&(LOAD - CAPACITY as u64..LOAD).collect::<Vec<_>>()), "the newest are kept");
    assert_eq!((ledger.dropped_oldest, ledger.dropped()), (LOAD - ledger.delivered, LOAD - ledger.delivered));
    assert!(ledger.delivered < LOAD / 10, "the test needs a consumer that loses: {ledger:?}");

    let (seen, ledger, _) = run(DropNewest, LOAD);
    assert_ordered(&seen);
    assert!(seen.starts_with(&(0..CAPACITY as u64).collect::<Vec<_>>()), "the oldest are kept");
    assert_eq!((ledger.dropped_newest, ledger.dropped()), (LOAD - ledger.delivered, LOAD - ledger.delivered));
    assert!(ledger.delivered < LOAD / 10, "the test needs a consumer that loses: {ledger:?}");
}
