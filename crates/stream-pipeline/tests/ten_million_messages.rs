//! Ten million messages of 64 bytes through three stages: every one of them, in order, in bounded memory.

#[path = "procfs/mod.rs"]
mod procfs;
#[path = "watchdog/mod.rs"]
mod watchdog;

use std::thread;

use stream_pipeline::OverflowPolicy::Block;
use stream_pipeline::{Batch, DEFAULT_CAPACITY, Emitter, Input, PassthroughStage, PipelineBuilder, batch_fn, stage_fn};

const MESSAGES: u64 = 10_000_000;
const BYTES: usize = 64;

/// Pushed together, or one by one in a row.
const STRETCH: u64 = 1000;

/// What may be resident at once, against 640 MB that pass: four rings of 8192 messages with what describes them (less
/// than 1 MiB each, with room to grow twice that), 8 MiB of spare batches, and an allocator's arena per thread.
const MAX_GROWTH: u64 = 32 << 20;

/// A checksum that depends on the order: a polynomial in an odd number, over the words of all messages.
#[derive(Default)]
struct Checksum(u64);

impl Checksum {
    fn add(&mut self, message: &[u8]) {
        assert_eq!(message.len(), BYTES);
        for word in message.chunks_exact(8) {
            let word = u64::from_le_bytes(word.try_into().expect("eight bytes"));
            self.0 = (self.0 ^ word).wrapping_mul(0x9E37_79B9_7F4A_7C15);
        }
    }
}

fn message(number: u64) -> [u8; BYTES] {
    let mut bytes = [0; BYTES];
    for (nth, word) in bytes.chunks_exact_mut(8).enumerate() {
        word.copy_from_slice(&(number * 8 + nth as u64).wrapping_mul(0xBF58_476D_1CE4_E5B9).to_le_bytes());
    }
    bytes
}

/// Pushes in every form in turn.
fn push_all(input: &Input) {
    for first in (0..MESSAGES).step_by(STRETCH as usize) {
        let mut messages = (first..first + STRETCH).map(message);
        match first / STRETCH % 3 {
            0 => messages.for_each(|message| input.push(message.to_vec()).unwrap()),
            1 => input.push_many(messages.map(|message| message.to_vec())).unwrap(),
            _ => {
                let mut batch = input.new_batch();
                messages.by_ref().for_each(|message| batch.push(&message));
                input.push_batch(batch).unwrap();
            }
        }
    }
}

#[test]
fn ten_million_messages_arrive_unchanged_and_in_order_in_bounded_memory() {
    watchdog::watched(|watch| {
        let before = procfs::peak_memory();
        let copying = batch_fn(|batch: Batch, out: &mut Emitter| {
            for message in batch.iter() {
                out.push(message);
                out.next_input();
            }
            out.recycle(batch);
            Ok(())
        });
        let pipeline = PipelineBuilder::new()
            .add_stage_object("passing", DEFAULT_CAPACITY, Block, PassthroughStage)
            .add_stage_object("copying", DEFAULT_CAPACITY, Block, copying)
            .add_stage_object("simple", DEFAULT_CAPACITY, Block, stage_fn(|message| Ok(vec![message])))
            .build()
            .unwrap();
        let (input, mut output) = (pipeline.input(), pipeline.output().unwrap());
        let running = watch.over(pipeline.start_ready().unwrap());
        let pusher = thread::spawn(move || push_all(&input));

        let mut arrived = Checksum::default();
        while let Some(batch) = output.pop_batch() {
            batch.iter().for_each(|message| arrived.add(message));
            output.recycle(batch);
        }
        pusher.join().unwrap();
        let growth = procfs::peak_memory() - before;

        let mut expected = Checksum::default();
        (0..MESSAGES).for_each(|number| expected.add(&message(number)));
        assert_eq!(arrived.0, expected.0);
        let report = running.wait().unwrap();
        let ledger = report.ledger;
        assert_eq!((ledger.accepted, ledger.delivered, ledger.left()), (MESSAGES, MESSAGES, MESSAGES));
        assert_eq!((ledger.created, ledger.in_flight, ledger.balance()), (0, 0, 0));
        for (stage, edge) in report.stages.iter().zip(&report.edges) {
            assert_eq!((edge.entered, edge.taken), (MESSAGES, MESSAGES), "{edge:?}");
            assert_eq!((stage.received, stage.emitted, stage.in_hand()), (MESSAGES, MESSAGES, 0), "{stage:?}");
            assert!(edge.highest_fill <= edge.capacity, "{edge:?}");
        }
        assert!(growth < MAX_GROWTH, "{growth} bytes");
    });
}
