//! A pipeline under load: this thread pushes, another one takes, and looks at every message.

use std::thread;
use std::time::{Duration, Instant};

use stream_pipeline::OverflowPolicy::Block;
use stream_pipeline::{DEFAULT_CAPACITY, Input, Output, PassthroughStage, PipelineBuilder, Running, Stage, stage_fn};

use crate::load::{BATCH, Sample, Schedule, histogram, offer, summary};
use crate::machine::cpu_ns;

pub(crate) const BYTES: usize = 64;

/// In the place of a message's intended time: the last one.
const LAST: u64 = u64::MAX;

/// Latencies recorded per second at most: recording each of tens of millions would be what is measured.
const RECORDED_PER_SECOND: f64 = 500_000.0;

/// The stages of a line.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Stages {
    Passthrough(usize),
    /// One that sleeps for 100 us per message.
    Slow,
}

/// How messages are pushed when as many as possible are.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Push {
    Batches,
    Singly,
}

pub(crate) const NAP: Duration = Duration::from_micros(100);

struct Line {
    input: Input,
    output: Output,
    running: Running,
}

fn open(stages: Stages) -> Line {
    let count = if let Stages::Passthrough(count) = stages { count } else { 1 };
    let plan = (0..count)
        .fold(PipelineBuilder::new(), |plan, nth| plan.add_stage(format!("stage {nth}"), DEFAULT_CAPACITY, Block));
    let pipeline = plan.build().expect("the plan is sound");
    let (input, output) = (pipeline.input(), pipeline.output().expect("it is taken once"));
    let running = pipeline.start(|_| make(stages)).expect("there are threads");
    Line { input, output, running }
}

fn make(stages: Stages) -> Box<dyn Stage> {
    match stages {
        Stages::Passthrough(_) => Box::new(PassthroughStage),
        Stages::Slow => Box::new(stage_fn(|message| {
            thread::sleep(NAP);
            Ok(vec![message])
        })),
    }
}

fn message(intended_ns: u64) -> [u8; BYTES] {
    let mut message = [0; BYTES];
    message[..8].copy_from_slice(&intended_ns.to_le_bytes());
    message
}

fn intended_of(message: &[u8]) -> u64 {
    u64::from_le_bytes(message[..8].try_into().expect("a message is longer"))
}

fn push_all(input: &Input, intended: impl ExactSizeIterator<Item = u64>) {
    let mut batch = input.new_batch();
    for intended_ns in intended {
        batch.push(&message(intended_ns));
    }
    input.push_batch(batch).expect("the line is open");
}

fn push_one(input: &Input, intended_ns: u64) {
    input.push(message(intended_ns).to_vec()).expect("the line is open");
}

/// As much as goes through, for `spell`: throughput, and what it costs all threads together.
pub(crate) fn saturated(stages: Stages, push: Push, spell: Duration) -> Sample {
    let Line { input, mut output, running } = open(stages);
    let (began, cpu_before) = (Instant::now(), cpu_ns());
    let counting = thread::spawn(move || {
        let mut taken = 0_u64;
        while let Some(batch) = output.pop_batch() {
            let last = batch.iter().filter(|message| intended_of(message) == LAST).count();
            taken += batch.len() as u64;
            output.recycle(batch);
            if last > 0 {
                break;
            }
        }
        // Before the threads end, and their times with them.
        (taken, began.elapsed(), cpu_ns())
    });
    while began.elapsed() < spell {
        match push {
            Push::Batches => (0..16).for_each(|_| push_all(&input, (0..BATCH as u32).map(u64::from))),
            Push::Singly => (0..16 * BATCH).for_each(|nth| push_one(&input, nth)),
        }
    }
    push_one(&input, LAST);
    let (taken, elapsed, cpu_after) = counting.join().expect("it does not panic");
    running.wait().expect("nothing fails");
    let cpu_ns = cpu_before.zip(cpu_after).map(|(before, after)| after.saturating_sub(before) as f64 / taken as f64);
    Sample { per_second: taken as f64 / elapsed.as_secs_f64(), p50_ns: 0.0, p99_ns: 0.0, cpu_ns }
}

/// The slow stage with a full ring before it, for `spell`: how many messages it works off.
pub(crate) fn worked_off(stages: Stages, spell: Duration) -> f64 {
    let Line { input, mut output, running } = open(stages);
    let feeder = thread::spawn(move || while input.push(message(0).to_vec()).is_ok() {});
    let mut next = || output.pop_batch().expect("it goes on until it is aborted").len() as f64;
    next();
    let began = Instant::now();
    let mut taken = 0.0;
    while began.elapsed() < spell {
        taken += next();
    }
    let elapsed = began.elapsed();
    running.abort();
    feeder.join().expect("it does not panic");
    taken / elapsed.as_secs_f64()
}

/// `per_second` messages offered for `spell`: latency from the intended time to the taking out.
pub(crate) fn under_load(stages: Stages, per_second: f64, spell: Duration) -> Sample {
    let Line { input, mut output, running } = open(stages);
    let stride = (per_second / RECORDED_PER_SECOND).ceil() as usize;
    let schedule = Schedule::new(per_second);
    let began = Instant::now();
    let counting = thread::spawn(move || {
        let (mut latencies, mut taken, mut skip, mut ended) = (histogram(), 0, 0, false);
        while !ended && let Some(batch) = output.pop_batch() {
            let now_ns = began.elapsed().as_nanos() as u64;
            ended = batch.get(batch.len() - 1).map(intended_of) == Some(LAST);
            let count = batch.len() - usize::from(ended);
            for message in batch.iter().take(count).skip(skip).step_by(stride) {
                latencies.saturating_record(now_ns.saturating_sub(intended_of(message)));
            }
            // So that the steps go on evenly from batch to batch.
            skip = if count > skip { (stride - (count - skip) % stride) % stride } else { skip - count };
            taken += count;
            output.recycle(batch);
        }
        (latencies, taken as f64, began.elapsed())
    });
    offer(per_second, spell, began, |indices| match indices.end - indices.start {
        1 => push_one(&input, schedule.intended_ns(indices.start)),
        count => push_all(&input, (0..count as u32).map(|nth| schedule.intended_ns(indices.start + u64::from(nth)))),
    });
    push_one(&input, LAST);
    let (latencies, taken, elapsed) = counting.join().expect("it does not panic");
    running.wait().expect("nothing fails");
    summary(&latencies, taken / elapsed.as_secs_f64())
}
