//! What the kernel says about this process and its threads.
#![allow(dead_code, reason = "each test program uses a part of it")]

use std::fs;
use std::path::PathBuf;
use std::thread;
use std::time::Duration;

/// How long threads are looked at that should sleep.
const SPELL: Duration = Duration::from_millis(400);

/// One percent of it: a thread that polled every millisecond would take more.
const BOUND: Duration = Duration::from_millis(4);

/// One thread, found by its name.
pub(crate) struct Thread {
    directory: PathBuf,
    /// Its name, as far as the kernel keeps it: 15 bytes.
    pub(crate) name: String,
}

/// The threads of this process, except for those that ended while they were listed.
pub(crate) fn threads() -> Vec<Thread> {
    let tasks = fs::read_dir("/proc/self/task").expect("Linux has /proc");
    tasks
        .filter_map(|task| {
            let directory = task.ok()?.path();
            let name = fs::read_to_string(directory.join("comm")).ok()?.trim_end().to_owned();
            Some(Thread { directory, name })
        })
        .collect()
}

/// The threads whose names begin with `prefix`.
pub(crate) fn threads_called(prefix: &str) -> Vec<Thread> {
    threads().into_iter().filter(|thread| thread.name.starts_with(prefix)).collect()
}

/// There are `expected` threads whose names begin with `prefix`, and all of them sleep.
pub(crate) fn assert_no_cpu_is_used(prefix: &str, expected: usize) {
    let threads = threads_called(prefix);
    assert_eq!(threads.len(), expected);
    let before: Vec<_> = threads.iter().map(Thread::cpu_time).collect();
    // Not to wait for something: it is what is measured.
    thread::sleep(SPELL);
    for (thread, before) in threads.iter().zip(before) {
        let spent = thread.cpu_time().saturating_sub(before);
        assert!(spent < BOUND, "{}: {spent:?} of {SPELL:?}", thread.name);
    }
}

/// The cores this process may run on.
pub(crate) fn allowed_cores() -> Vec<usize> {
    let status = fs::read_to_string("/proc/self/status").expect("Linux has /proc");
    let line = status.lines().find_map(|line| line.strip_prefix("Cpus_allowed_list:")).expect("status has it");
    let number = |text: &str| text.trim().parse::<usize>().expect("cores are numbers");
    let ranges = line.split(',').map(|range| range.split_once('-').map_or((range, range), |ends| ends));
    ranges.flat_map(|(first, last)| number(first)..=number(last)).collect()
}

impl Thread {
    /// Whether it waits in the kernel.
    pub(crate) fn is_asleep(&self) -> bool {
        let stat = fs::read_to_string(self.directory.join("stat")).unwrap_or_default();
        // The name before it is in brackets, and may hold anything.
        stat.rsplit_once(") ").is_some_and(|(_, rest)| rest.starts_with('S'))
    }

    /// Time it has spent on a core.
    pub(crate) fn cpu_time(&self) -> Duration {
        let schedstat = fs::read_to_string(self.directory.join("schedstat")).expect("the thread lives");
        let on_cpu_ns = schedstat.split(' ').next().and_then(|ns| ns.parse().ok());
        Duration::from_nanos(on_cpu_ns.expect("schedstat begins with nanoseconds on a core"))
    }
}

/// The most memory this process ever had resident, in bytes.
pub(crate) fn peak_memory() -> u64 {
    let status = fs::read_to_string("/proc/self/status").expect("Linux has /proc");
    let line = status.lines().find(|line| line.starts_with("VmHWM:")).expect("status has VmHWM");
    let kib: u64 = line.split_whitespace().nth(1).and_then(|kib| kib.parse().ok()).expect("VmHWM is a number of KiB");
    kib * 1024
}
