//! What is compared: chains, loads, and who takes part in each.

use crate::cell::Load;
use crate::contenders::{Overflow, Setup, Task};
use crate::who::Who;

/// Slots of a ring: our default capacity.
const CAPACITY: usize = 8192;

/// With messages of 64 KiB so many fill 16 MiB already.
const LARGE_CAPACITY: usize = 256;

/// Messages in a batch; a reader of a socket has about as many of the small ones after a read of 16 KiB.
const BATCH: usize = 256;
const LARGE_BATCH: usize = 16;

/// Rounds of a case; percentiles far out need more of them.
const ROUNDS: usize = 5;
const LATENCY_ROUNDS: usize = 9;

const SPELL_MS: u64 = 200;
const LATENCY_SPELL_MS: u64 = 700;
const IDLE_SPELL_MS: u64 = 5000;

/// How much is offered.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Demand {
    Fixed(Load),
    /// Half of what the same contender carries at most, one by one.
    HalfOfMaximum,
}

/// The same chain and load for all who take part.
#[derive(Clone, Debug)]
pub(crate) struct Case {
    pub(crate) name: String,
    pub(crate) who: Vec<Who>,
    pub(crate) setup: Setup,
    pub(crate) demand: Demand,
    pub(crate) spell_ms: u64,
    pub(crate) rounds: usize,
    /// All threads on one core.
    pub(crate) one_core: bool,
}

impl Case {
    fn new(name: impl Into<String>, who: &[Who], setup: Setup, load: Load) -> Self {
        Self {
            name: name.into(),
            who: who.to_vec(),
            setup,
            demand: Demand::Fixed(load),
            spell_ms: SPELL_MS,
            rounds: ROUNDS,
            one_core: false,
        }
    }

    fn on_one_core(mut self) -> Self {
        self.name = format!("one core: {}", self.name);
        self.one_core = true;
        self
    }
}

const ONE_BY_ONE: &[Who] = &[
    Who::Base,
    Who::Ours,
    Who::Crossbeam,
    Who::Std,
    Who::Flume,
    Who::Kanal,
    Who::ArrayQueue,
    Who::Rtrb,
    Who::Disruptor,
];
const BY_BATCH: &[Who] = &[Who::Base, Who::Ours, Who::Crossbeam, Who::CrossbeamParcels, Who::Rtrb, Who::Disruptor];
const PARKING: &[Who] = &[Who::Base, Who::Ours, Who::Crossbeam, Who::Std, Who::Flume, Who::Kanal];
const WAITING: &[Who] =
    &[Who::Base, Who::Ours, Who::Crossbeam, Who::Std, Who::Flume, Who::Kanal, Who::ArrayQueue, Who::Disruptor];
const WORKING: &[Who] = &[Who::Base, Who::Ours, Who::Crossbeam, Who::ArrayQueue, Who::Disruptor];
const MEASUREMENT: &[Who] = &[Who::Ours, Who::OursUnmeasured];

fn chain(stages: usize, bytes: usize, by_batch: bool) -> Setup {
    let large = bytes > 1024;
    let batch = match (by_batch, large) {
        (false, _) => 1,
        (true, false) => BATCH,
        (true, true) => LARGE_BATCH,
    };
    let capacity = if large { LARGE_CAPACITY } else { CAPACITY };
    Setup { stages, task: Task::Passthrough, bytes, capacity, batch, overflow: Overflow::Block }
}

fn counted(stages: usize) -> String {
    format!("{stages} {}", if stages == 1 { "stage" } else { "stages" })
}

fn sized(bytes: usize) -> String {
    if bytes < 65536 { format!("{bytes} B") } else { format!("{} KiB", bytes / 1024) }
}

fn manner(setup: &Setup) -> &'static str {
    if setup.batch == 1 { "one by one" } else { "by batch" }
}

fn passthrough(stages: usize, bytes: usize, by_batch: bool) -> Case {
    let setup = chain(stages, bytes, by_batch);
    let name = format!("{} passthrough, {}, {}", counted(stages), sized(bytes), manner(&setup));
    Case::new(name, if by_batch { BY_BATCH } else { ONE_BY_ONE }, setup, Load::Saturated)
}

/// The case that tells a contender's maximum, one by one.
pub(crate) fn maximum(stages: usize) -> Case {
    passthrough(stages, 64, false)
}

fn working(stages: usize, ns: f64, by_batch: bool, steps_per_us: f64) -> Case {
    let task = Task::Steps((ns * steps_per_us / 1000.0) as u64);
    let setup = Setup { task, ..chain(stages, 64, by_batch) };
    let name = format!("{} of {ns} ns, 64 B, {}", counted(stages), manner(&setup));
    Case::new(name, WORKING, setup, Load::Saturated)
}

fn latency(stages: usize, demand: Demand) -> Case {
    let offered = match demand {
        Demand::Fixed(Load::Offered { per_second }) => format!("{} k/s", per_second / 1000.0),
        _ => "50 % of its maximum".to_owned(),
    };
    let name = format!("latency: {}, 64 B, {offered}", counted(stages));
    // It carries one message at a time: where they come faster than threads wake up, it has nothing to say.
    let alone = if demand == Demand::Fixed(Load::Offered { per_second: 1e3 }) { &[Who::Wakes][..] } else { &[] };
    let case = Case::new(name, &[WAITING, alone].concat(), chain(stages, 64, false), Load::Idle);
    Case { demand, spell_ms: LATENCY_SPELL_MS, rounds: LATENCY_ROUNDS, ..case }
}

fn overload(name: &str, overflow: Overflow, peers: &[Who], steps_per_us: f64) -> Case {
    let who = [&[Who::Base, Who::Ours], peers].concat();
    let load = Load::Overload { taker_steps: (2.0 * steps_per_us) as u64 };
    Case::new(format!("overload, {name}"), &who, Setup { overflow, ..chain(1, 64, false) }, load)
}

/// All cases, on a machine that does `steps_per_us` steps of work per microsecond.
pub(crate) fn all(steps_per_us: f64) -> Vec<Case> {
    let mut cases = Vec::new();
    for by_batch in [true, false] {
        for stages in [1, 3, 8] {
            cases.extend([16, 64, 1024, 65536].map(|bytes| passthrough(stages, bytes, by_batch)));
        }
    }
    for stages in [1, 3] {
        let setup = Setup { task: Task::Simple, ..chain(stages, 64, false) };
        let name = format!("{} in the process form, 64 B, one by one", counted(stages));
        cases.push(Case::new(name, PARKING, setup, Load::Saturated));
    }
    for by_batch in [true, false] {
        cases.extend([200.0, 2000.0].map(|ns| working(3, ns, by_batch, steps_per_us)));
        cases.push(working(16, 200.0, by_batch, steps_per_us));
    }
    for stages in [1, 3] {
        cases.extend([1e3, 50e3].map(|per_second| latency(stages, Demand::Fixed(Load::Offered { per_second }))));
        cases.push(latency(stages, Demand::HalfOfMaximum));
    }
    let napping = Case::new("a taker that naps 100 us", PARKING, chain(3, 64, false), Load::Napping { nap_us: 100 });
    cases.push(Case { spell_ms: LATENCY_SPELL_MS, ..napping });
    cases.extend([
        overload("block", Overflow::Block, &[Who::Crossbeam], steps_per_us),
        overload("drop-oldest", Overflow::DropOldest, &[Who::ArrayQueue], steps_per_us),
        overload("drop-newest", Overflow::DropNewest, &[Who::Crossbeam, Who::ArrayQueue], steps_per_us),
        overload("error", Overflow::Error, &[Who::Crossbeam], steps_per_us),
    ]);
    let idle = Case::new("idle", WAITING, chain(3, 64, false), Load::Idle);
    cases.push(Case { spell_ms: IDLE_SPELL_MS, ..idle });
    cases.extend([
        passthrough(3, 64, true).on_one_core(),
        passthrough(3, 64, false).on_one_core(),
        working(16, 200.0, true, steps_per_us).on_one_core(),
        latency(3, Demand::Fixed(Load::Offered { per_second: 1e3 })).on_one_core(),
    ]);
    cases.extend([true, false].map(|by_batch| {
        let case = passthrough(3, 64, by_batch).on_one_core();
        // There the figures repeat to a few percent.
        let name = format!("one core: measurement on and off, {}", manner(&case.setup));
        Case { name, who: MEASUREMENT.to_vec(), rounds: LATENCY_ROUNDS, ..case }
    }));
    cases
}
