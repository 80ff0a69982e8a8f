//! One cell of the comparison: one contender in one case, measured once, in a process of its own.
//!
//! A process of its own has no threads, no heap and no usage from the cell before, can be bound to one core, and can be
//! another build of the same program.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use serde::{Deserialize, Serialize};

use crate::contenders::{Drain, Feed, Setup, Shape};
use crate::load::{self, histogram, offer};
use crate::payload;
use crate::usage::Usage;
use crate::work::work;

/// How a chain is put under load, and what is looked at.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) enum Load {
    /// As much as goes through.
    Saturated,
    /// So many messages per second, each sent by itself at its intended time, whatever becomes of them.
    Offered { per_second: f64 },
    /// As much as is taken by one that sleeps between two messages.
    Napping { nap_us: u64 },
    /// More than can be taken by one that computes for so many steps per message.
    Overload { taker_steps: u64 },
    /// Nothing at all.
    Idle,
}

/// What is measured in one process.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub(crate) struct Cell {
    pub(crate) setup: Setup,
    pub(crate) load: Load,
    pub(crate) spell_ms: u64,
}

/// What came of it. What does not apply is left out.
#[derive(Clone, Copy, Debug, Default, Serialize, Deserialize)]
pub(crate) struct Sample {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) msgs_per_s: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) cpu_ns_per_msg: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) ctx_switches_per_1k: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) p50_us: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) p99_us: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) p999_us: Option<f64>,
    /// Time on a core of all threads but the taker's, as a share of the time that passed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) upstream_cpu_percent: Option<f64>,
    /// Time on a core of all threads, as a share of the time that passed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) cpu_percent: Option<f64>,
    /// Messages sent, whether or not they were taken in.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) offered_per_s: Option<f64>,
}

impl Sample {
    fn of(taken: u64, elapsed: Duration, used: Usage) -> Self {
        Self {
            msgs_per_s: Some(taken as f64 / elapsed.as_secs_f64()),
            cpu_ns_per_msg: Some(used.cpu_ns as f64 / taken as f64),
            ctx_switches_per_1k: Some(used.switches as f64 * 1000.0 / taken as f64),
            ..Self::default()
        }
    }
}

impl Cell {
    fn spell(&self) -> Duration {
        Duration::from_millis(self.spell_ms)
    }

    pub(crate) fn measure<T: Shape, F: Feed, D: Drain>(&self, open: impl FnOnce(Setup) -> (F, D)) -> Sample {
        let (feed, drain) = open(self.setup);
        match self.load {
            Load::Saturated => self.saturated::<T, _, _>(feed, drain),
            Load::Offered { per_second } => self.offered::<T, _, _>(feed, drain, per_second),
            Load::Napping { nap_us } => self.napping::<T, _, _>(feed, drain, Duration::from_micros(nap_us)),
            Load::Overload { taker_steps } => self.overload::<T, _, _>(feed, drain, taker_steps),
            Load::Idle => self.idle(feed, drain),
        }
    }

    fn saturated<T: Shape, F: Feed, D: Drain>(&self, mut feed: F, mut drain: D) -> Sample {
        let Setup { bytes, batch, .. } = self.setup;
        let (before, began, spell) = (Usage::of_process(), Instant::now(), self.spell());
        let feeding = thread::spawn(move || {
            let mut sent = 0;
            while began.elapsed() < spell {
                // A reading of the clock for so many messages that it costs none of them anything.
                let end = sent + 4096;
                while sent < end {
                    if batch > 1 {
                        feed.send_batch(sent..sent + batch as u64);
                    } else {
                        assert!(feed.send(sent), "nothing is lost");
                    }
                    sent += batch as u64;
                }
            }
            sent
        });
        let (mut taken, mut sum) = (0_u64, 0_u64);
        while drain.take(|message| {
            taken += 1;
            sum = sum.wrapping_add(T::read(message));
        }) {}
        let elapsed = began.elapsed();
        let sent = feeding.join().expect("it does not panic");
        let used = Usage::of_process().since(before);
        assert_eq!(taken, sent, "every message arrives");
        let expected = (0..sent).fold(0, |sum: u64, word| sum.wrapping_add(payload::sum_of(bytes, word)));
        assert_eq!(sum, expected, "every byte arrives");
        Sample::of(taken, elapsed, used)
    }

    fn offered<T: Shape, F: Feed, D: Drain>(&self, mut feed: F, mut drain: D, per_second: f64) -> Sample {
        let (before, began, spell) = (Usage::of_process(), Instant::now(), self.spell());
        let feeding = thread::spawn(move || {
            offer(per_second, spell, began, |intended_ns| assert!(feed.send(intended_ns), "nothing is lost"));
        });
        let (mut latencies, mut sum) = (histogram(), 0_u64);
        while drain.take(|message| {
            let now_ns = began.elapsed().as_nanos() as u64;
            latencies.saturating_record(now_ns.saturating_sub(payload::word_of(message)));
            sum = sum.wrapping_add(T::read(message));
        }) {}
        std::hint::black_box(sum);
        let elapsed = began.elapsed();
        feeding.join().expect("it does not panic");
        let used = Usage::of_process().since(before);
        load::with_latencies(Sample::of(latencies.len(), elapsed, used), &latencies)
    }

    /// Feeds until told to stop; then what is on its way is taken without a nap.
    fn napping<T: Shape, F: Feed, D: Drain>(&self, feed: F, mut drain: D, nap: Duration) -> Sample {
        let stop = Arc::new(AtomicBool::new(false));
        let feeding = feed_until(&stop, feed);
        // Until the rings are full.
        thread::sleep(Duration::from_millis(50));
        let (before, own_before, began) = (Usage::of_process(), Usage::of_thread(), Instant::now());
        let mut taken = 0_u64;
        let mut measured = None;
        while drain.take(|message| {
            std::hint::black_box(T::read(message));
            if measured.is_some() {
                return;
            }
            thread::sleep(nap);
            taken += 1;
            if began.elapsed() >= self.spell() {
                let own = Usage::of_thread().since(own_before);
                measured = Some((began.elapsed(), Usage::of_process().since(before), own));
                stop.store(true, Ordering::Relaxed);
            }
        }) {}
        feeding.join().expect("it does not panic");
        let (elapsed, used, own) = measured.expect("the spell is over before the messages are");
        let upstream_ns = used.cpu_ns.saturating_sub(own.cpu_ns);
        Sample {
            upstream_cpu_percent: Some(100.0 * upstream_ns as f64 / elapsed.as_nanos() as f64),
            ..Sample::of(taken, elapsed, used)
        }
    }

    fn overload<T: Shape, F: Feed, D: Drain>(&self, mut feed: F, mut drain: D, taker_steps: u64) -> Sample {
        let (before, began, spell) = (Usage::of_process(), Instant::now(), self.spell());
        let feeding = thread::spawn(move || {
            let mut offered = 0;
            while began.elapsed() < spell {
                (0..64).for_each(|nth| {
                    feed.send(offered + nth);
                });
                offered += 64;
            }
            offered
        });
        let mut taken = 0_u64;
        while drain.take(|message| {
            std::hint::black_box(T::read(message));
            work(taker_steps);
            taken += 1;
        }) {}
        let elapsed = began.elapsed();
        let offered: u64 = feeding.join().expect("it does not panic");
        let used = Usage::of_process().since(before);
        Sample { offered_per_s: Some(offered as f64 / spell.as_secs_f64()), ..Sample::of(taken, elapsed, used) }
    }

    fn idle<F: Feed, D: Drain>(&self, mut feed: F, mut drain: D) -> Sample {
        let taking = thread::spawn(move || while drain.take(|_| {}) {});
        // All threads have run once, and have nothing to do any more.
        feed.send(0);
        thread::sleep(Duration::from_millis(200));
        let (before, began) = (Usage::of_process(), Instant::now());
        thread::sleep(self.spell());
        let (used, elapsed) = (Usage::of_process().since(before), began.elapsed());
        drop(feed);
        taking.join().expect("it does not panic");
        Sample { cpu_percent: Some(100.0 * used.cpu_ns as f64 / elapsed.as_nanos() as f64), ..Sample::default() }
    }

    /// The harness alone, in one thread: what no contender can be better than.
    pub(crate) fn base<T: Shape>(&self) -> Sample {
        let Setup { bytes, batch, task, stages, .. } = self.setup;
        let (before, began) = (Usage::of_process(), Instant::now());
        match self.load {
            Load::Offered { per_second } => {
                let mut latencies = histogram();
                offer(per_second, self.spell(), began, |intended_ns| {
                    latencies.saturating_record((began.elapsed().as_nanos() as u64).saturating_sub(intended_ns));
                });
                let used = Usage::of_process().since(before);
                load::with_latencies(Sample::of(latencies.len(), began.elapsed(), used), &latencies)
            }
            // As many messages are written before the first is read as elsewhere, or a read would wait for its write.
            Load::Saturated if batch == 1 => {
                let mut made: Vec<Vec<u8>> = (0..64).map(|_| T::vec(bytes, 0)).collect();
                self.repeat(64, |word| {
                    (0..stages).for_each(|_| task.perform());
                    let sent = T::vec(bytes, word);
                    T::read(&std::mem::replace(&mut made[word as usize % 64], sent))
                })
            }
            Load::Saturated => {
                let mut written: Vec<T> = (0..64).map(|_| T::empty(bytes)).collect();
                self.repeat(64, |word| {
                    (0..stages).for_each(|_| task.perform());
                    let slot = &mut written[word as usize % 64];
                    let sum = T::read(slot.bytes());
                    T::write_at(slot.bytes_mut(), word);
                    sum
                })
            }
            Load::Napping { nap_us } => self.repeat(1, |word| {
                thread::sleep(Duration::from_micros(nap_us));
                T::read(&std::hint::black_box(T::vec(bytes, word)))
            }),
            Load::Overload { taker_steps } => self.repeat(64, |word| {
                work(taker_steps);
                T::read(&std::hint::black_box(T::vec(bytes, word)))
            }),
            Load::Idle => {
                thread::sleep(self.spell());
                let used = Usage::of_process().since(before);
                let elapsed_ns = began.elapsed().as_nanos() as f64;
                Sample { cpu_percent: Some(100.0 * used.cpu_ns as f64 / elapsed_ns), ..Sample::default() }
            }
        }
    }

    /// Makes, works on and reads messages; looks at the clock once for so many.
    fn repeat(&self, per_look: u64, mut each: impl FnMut(u64) -> u64) -> Sample {
        let (before, began) = (Usage::of_process(), Instant::now());
        let (mut done, mut sum) = (0_u64, 0_u64);
        while began.elapsed() < self.spell() {
            for word in done..done + per_look {
                sum = sum.wrapping_add(std::hint::black_box(each(word)));
            }
            done += per_look;
        }
        std::hint::black_box(sum);
        Sample::of(done, began.elapsed(), Usage::of_process().since(before))
    }
}

fn feed_until<F: Feed>(stop: &Arc<AtomicBool>, mut feed: F) -> thread::JoinHandle<()> {
    let stop = Arc::clone(stop);
    thread::spawn(move || {
        let mut word = 0;
        while !stop.load(Ordering::Relaxed) {
            feed.send(word);
            word += 1;
        }
    })
}
