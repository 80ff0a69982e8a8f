//! Several threads at once on the real ring, for what the models' ring cannot show.

use std::collections::HashMap;
use std::convert::Infallible;
use std::io::Write;
use std::sync::mpsc::{self, Receiver, RecvTimeoutError};
use std::thread;
use std::time::Duration;

use super::*;
use OverflowPolicy::{Block, DropOldest};

const PRODUCERS: u64 = 2;
const EACH: u64 = 10_000;

/// A thousand times what it takes on an idle machine.
const LIMIT: Duration = Duration::from_secs(60);

/// Message number `sequence` of `producer`.
fn message(producer: u64, sequence: u64) -> Vec<u8> {
    [producer.to_le_bytes(), sequence.to_le_bytes()].concat()
}

fn parse(message: &[u8]) -> (u64, u64) {
    let (producer, sequence) = message.split_at(8);
    (u64::from_le_bytes(producer.try_into().unwrap()), u64::from_le_bytes(sequence.try_into().unwrap()))
}

/// Pushes singly and in batches, in turn.
fn produce(edge: &Edge, producer: u64) {
    let mut sequence = 0;
    while sequence < EACH {
        if sequence % 7 == 0 {
            let messages: Vec<_> = (sequence..EACH.min(sequence + 20)).map(|next| message(producer, next)).collect();
            sequence += messages.len() as u64;
            edge.publish(batch_of(&messages), Hold::AtHighMark, None, &mut 0, |_| ()).unwrap();
        } else {
            edge.publish_one(&mut message(producer, sequence), None).unwrap();
            sequence += 1;
        }
    }
}

/// Takes until the end; the sequence numbers of each producer, in the order in which they came.
fn consume(edge: &Edge, max: usize) -> HashMap<u64, Vec<u64>> {
    let mut seen: HashMap<_, Vec<_>> = HashMap::new();
    while let Some(Take::Batch(batch)) = edge.take_waiting(max, None) {
        assert!(edge.fill() <= edge.config.capacity as u64);
        for (producer, sequence) in batch.iter().map(parse) {
            seen.entry(producer).or_default().push(sequence);
        }
        edge.fixtures.pool.put(batch);
    }
    seen
}

/// Prints the edge's figures and ends the process, unless the crowd goes home in time.
fn watch(edge: &Edge, ended: &Receiver<Infallible>) {
    if ended.recv_timeout(LIMIT) == Err(RecvTimeoutError::Timeout) {
        let _ = writeln!(std::io::stderr(), "\nan edge hung for {LIMIT:?}: {:?}\n{edge:?}", figures(edge));
        std::process::abort();
    }
}

/// Runs the producers beside `consumers`, and gives what each of these has seen.
fn crowd(edge: &Edge, consumers: usize) -> Vec<HashMap<u64, Vec<u64>>> {
    let (crowded, ended) = mpsc::channel();
    thread::scope(|scope| {
        let watchdog = scope.spawn(move || watch(edge, &ended));
        let consumers: Vec<_> = (0..consumers).map(|_| scope.spawn(|| consume(edge, 5))).collect();
        let producers: Vec<_> = (0..PRODUCERS).map(|producer| scope.spawn(move || produce(edge, producer))).collect();
        for producer in producers {
            producer.join().unwrap();
        }
        edge.close();
        let seen = consumers.into_iter().map(|consumer| consumer.join().unwrap()).collect();
        drop(crowded);
        watchdog.join().unwrap();
        seen
    })
}

fn assert_settled(edge: &Edge, taken: u64) {
    let figures = figures(edge);
    assert!(figures.balances(), "{figures:?}");
    assert_eq!((figures.entered, figures.taken), (PRODUCERS * EACH, taken));
    assert_eq!((figures.fill, edge.bytes(), figures.pressured), (0, 0, false));
}

#[test]
fn block_carries_every_message_once_and_keeps_each_producers_order() {
    for capacity in [1, 3, 64] {
        let edge = started(capacity, Block, Marks::default().levels(capacity as u64), AMPLE);
        let seen = crowd(&edge, 1).remove(0);
        for producer in 0..PRODUCERS {
            assert!(seen[&producer].iter().copied().eq(0..EACH), "producer {producer}, capacity {capacity}");
        }
        assert_settled(&edge, PRODUCERS * EACH);
    }
}

#[test]
fn two_consumers_share_the_messages_without_loss_or_repetition() {
    let edge = started(64, Block, Marks::default().levels(64), AMPLE);
    let seen = crowd(&edge, 2);
    for producer in 0..PRODUCERS {
        let mut all: Vec<u64> = seen.iter().filter_map(|seen| seen.get(&producer)).flatten().copied().collect();
        all.sort_unstable();
        assert!(all.into_iter().eq(0..EACH), "producer {producer}");
    }
    assert_settled(&edge, PRODUCERS * EACH);
}

#[test]
fn drop_oldest_keeps_order_and_counts_exactly_what_is_missing() {
    let edge = started(16, DropOldest, Marks::default().levels(16), AMPLE);
    let seen = crowd(&edge, 1).remove(0);
    let taken: usize = seen.values().map(Vec::len).sum();
    for sequences in seen.values() {
        assert!(sequences.is_sorted_by(|earlier, later| earlier < later));
    }
    let last = seen.values().filter(|sequences| sequences.last() == Some(&(EACH - 1))).count();
    assert!(last >= 1, "the newest message of all was dropped");
    assert_eq!(PRODUCERS * EACH - taken as u64, read(&edge.stats.dropped_oldest));
    assert_settled(&edge, taken as u64);
}
