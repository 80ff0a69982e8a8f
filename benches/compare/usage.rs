//! What this process has used: time on a core and context switches, of all threads, the ended ones too.

use nix::sys::resource::{Usage as Rusage, UsageWho, getrusage};

#[derive(Clone, Copy)]
pub(crate) struct Usage {
    pub(crate) cpu_ns: u64,
    pub(crate) switches: u64,
}

impl Usage {
    pub(crate) fn of_process() -> Self {
        Self::of(UsageWho::RUSAGE_SELF)
    }

    pub(crate) fn of_thread() -> Self {
        Self::of(UsageWho::RUSAGE_THREAD)
    }

    fn of(who: UsageWho) -> Self {
        let usage = getrusage(who).expect("Linux tells a process what it has used");
        Self {
            cpu_ns: cpu_ns(&usage),
            switches: (usage.voluntary_context_switches() + usage.involuntary_context_switches()) as u64,
        }
    }

    /// What was used since `before`.
    pub(crate) fn since(self, before: Self) -> Self {
        Self { cpu_ns: self.cpu_ns - before.cpu_ns, switches: self.switches - before.switches }
    }
}

fn cpu_ns(usage: &Rusage) -> u64 {
    [usage.user_time(), usage.system_time()]
        .iter()
        .map(|time| time.tv_sec() as u64 * 1_000_000_000 + time.tv_usec() as u64 * 1000)
        .sum()
}
