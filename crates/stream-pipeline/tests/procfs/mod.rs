//! What the kernel says about this process and its threads.
#![allow(dead_code, reason = "each test program uses a part of it")]

use std::fs;
use std::path::PathBuf;
use std::time::Duration;

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
