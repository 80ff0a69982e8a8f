//! What the machine allows without a pipeline. No figure of ours can be better than these.

use std::fs;
use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use crate::load::{Sample, histogram, summary};

/// Times `work` again and again for `spell`.
pub(crate) fn repeated(spell: Duration, mut work: impl FnMut()) -> Sample {
    let mut latencies = histogram();
    let began = Instant::now();
    let mut before = began;
    while before - began < spell {
        work();
        let now = Instant::now();
        latencies.saturating_record((now - before).as_nanos() as u64);
        before = now;
    }
    summary(&latencies, latencies.len() as f64 / began.elapsed().as_secs_f64())
}

/// A message handed to a parked thread and back, by park and unpark alone: two wake-ups.
pub(crate) fn wake_round_trip(spell: Duration) -> Sample {
    let turn = Arc::new(AtomicU64::new(0));
    let (own, caller) = (Arc::clone(&turn), thread::current());
    let replier = thread::spawn(move || {
        loop {
            match own.load(Ordering::Acquire) {
                u64::MAX => break,
                odd if odd % 2 == 1 => {
                    own.store(odd + 1, Ordering::Release);
                    caller.unpark();
                }
                _ => thread::park(),
            }
        }
    });
    let mut round_trips = 0;
    let sample = repeated(spell, || {
        turn.store(2 * round_trips + 1, Ordering::Release);
        replier.thread().unpark();
        round_trips += 1;
        while turn.load(Ordering::Acquire) != 2 * round_trips {
            thread::park();
        }
    });
    turn.store(u64::MAX, Ordering::Release);
    replier.thread().unpark();
    replier.join().expect("it does not panic");
    sample
}

/// Nanoseconds a reading of the clock takes.
pub(crate) fn clock_read_ns() -> f64 {
    const READS: u32 = 100_000;
    let began = Instant::now();
    for _ in 0..READS {
        std::hint::black_box(Instant::now());
    }
    began.elapsed().as_nanos() as f64 / f64::from(READS)
}

/// Time all threads of this process that live now have spent on a core, in nanoseconds.
pub(crate) fn cpu_ns() -> Option<u64> {
    let mut sum = 0;
    for task in fs::read_dir("/proc/self/task").ok()? {
        let schedstat = fs::read_to_string(task.ok()?.path().join("schedstat")).ok()?;
        sum += schedstat.split(' ').next()?.parse::<u64>().ok()?;
    }
    Some(sum)
}

/// Processor, cores, kernel and compiler, in one line.
pub(crate) fn description() -> String {
    let line_of = |path, start: &str| {
        let text: String = fs::read_to_string(path).unwrap_or_default();
        text.lines().find(|line| line.starts_with(start)).map(str::to_owned)
    };
    let processor = line_of("/proc/cpuinfo", "model name").and_then(|line| Some(line.split_once(": ")?.1.to_owned()));
    let kernel = line_of("/proc/sys/kernel/osrelease", "");
    let load = line_of("/proc/loadavg", "").and_then(|line| Some(line.split_once(' ')?.0.to_owned()));
    let compiler = Command::new("rustc").arg("--version").output().ok();
    let compiler = compiler.and_then(|output| String::from_utf8(output.stdout).ok());
    let unknown = |found: Option<String>| found.unwrap_or_else(|| "unknown".to_owned());
    format!(
        "{}, {} cores; {} {}; {}; load average {}",
        unknown(processor),
        thread::available_parallelism().map_or(0, usize::from),
        std::env::consts::OS,
        unknown(kernel),
        unknown(compiler).trim_end(),
        unknown(load),
    )
}
