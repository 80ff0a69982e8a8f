//! The budget of bytes: what is allocated for the messages in an edge stays within it, and who waits for it is called.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicBool, Ordering};

use proptest::collection::vec;
use proptest::prelude::*;

use super::byte_marks::ExpectedPressure;
use super::*;
use crate::batch::{MAX_BATCH_BYTES, MAX_BATCH_MESSAGES};
use crate::signal::Waker;
use OverflowPolicy::Block;

/// Beyond the budget may go the growth of the staged batch, which doubles its buffers, and a batch's header.
const GROWTH: u64 = 2 * MAX_BATCH_BYTES as u64 + 24 * MAX_BATCH_MESSAGES as u64 + HEADER;
const HEADER: u64 = 256;

#[derive(Clone, Debug)]
enum Step {
    /// A batch of messages of these sizes, from which the first are removed: its buffers are larger than what is in it.
    Offer(Vec<usize>, usize),
    OfferOne(usize),
    Take(usize),
}

fn step() -> impl Strategy<Value = Step> {
    let size = || prop_oneof![8 => 0..4_000_usize, 2 => 4_096..80_000_usize];
    prop_oneof![
        2 => (vec(size(), 1..30), 0..30_usize).prop_map(|(sizes, removed)| Step::Offer(sizes, removed)),
        2 => size().prop_map(Step::OfferOne),
        3 => (1..8_usize).prop_map(Step::Take),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn an_edge_keeps_to_its_budget_of_bytes(
        capacity in 1..=20_usize,
        policy in prop::sample::select(OverflowPolicy::ALL.to_vec()),
        marks_on: bool,
        byte_budget in 80_000..400_000_u64,
        steps in vec(step(), 1..80),
    ) {
        let levels = if marks_on { Marks::default().levels(capacity as u64) } else { Levels::OFF };
        let edge = started(capacity, policy, levels, byte_budget);
        let mut watched = Watched { edge, contents: VecDeque::new(), sequence: 0, wanted: None, pressure: ExpectedPressure::default() };
        for step in steps {
            watched.walk(step);
            let figures = figures(&watched.edge);
            assert!(figures.balances() && figures.fill <= capacity as u64, "{figures:?}");
            assert_eq!(figures.fill, watched.contents.len() as u64);
            watched.assert_called();
        }
        while !watched.contents.is_empty() {
            watched.take(usize::MAX);
            watched.assert_called();
        }
        assert_eq!(watched.edge.bytes(), 0);
    }
}

struct Watched {
    edge: Arc<Edge>,
    contents: VecDeque<Vec<u8>>,
    sequence: u8,
    /// How many bytes somebody waits for, and whether he was called.
    wanted: Option<(u64, Arc<AtomicBool>)>,
    pressure: ExpectedPressure,
}

impl Watched {
    fn message(&mut self, size: usize) -> Vec<u8> {
        self.sequence = self.sequence.wrapping_add(1);
        vec![self.sequence; size]
    }

    fn walk(&mut self, step: Step) {
        let before = figures(&self.edge);
        let bytes_before = self.edge.bytes();
        let (offered, refused, growth) = match step {
            Step::Take(max) => return self.take(max),
            Step::Offer(sizes, removed) => {
                let mut offered: Vec<_> = sizes.into_iter().map(|size| self.message(size)).collect();
                let mut batch = batch_of(&offered);
                let removed = removed.min(offered.len() - 1);
                batch.drop_front(removed);
                offered.drain(..removed);
                (offered, self.edge.offer(batch, Hold::AtHighMark), HEADER)
            }
            Step::OfferOne(size) => {
                let message = self.message(size);
                let mut offered = message.clone();
                let result = self.edge.offer_one(&mut offered, Hold::AtHighMark);
                let result = result.map_err(|refusal| (batch_of(&[offered]), refusal));
                (vec![message], result, GROWTH)
            }
        };
        let refused = refused.err();
        let back = refused.as_ref().map_or_else(Vec::new, |(batch, _)| messages(batch));
        assert_eq!(back, offered[offered.len() - back.len()..], "what comes back is the end of what was offered");
        let after = figures(&self.edge);
        let dropped = (after.dropped_newest - before.dropped_newest) as usize;
        let entered = offered.len() - back.len() - dropped;
        let held_up = before.pressured && self.edge.config.policy == Block;
        assert!(entered == 0 || !held_up, "let in above the low mark");
        self.pressure.step(&self.edge, refused.is_some());
        self.contents.extend(offered.into_iter().take(entered));
        self.contents.drain(..(after.dropped_oldest - before.dropped_oldest) as usize);
        // An edge that was empty, or became so to make room, takes one batch of any size.
        let was_emptied = before.fill == 0 || self.contents.len() <= entered;
        let bound = bytes_before.max(self.edge.config.byte_budget + growth);
        assert!(self.edge.bytes() <= bound || was_emptied, "{} bytes in the edge", self.edge.bytes());
        if let Some((batch, Refusal::Full)) = refused {
            self.wait_for(&batch);
        }
    }

    /// What was refused can be waited for: otherwise whoever offers it would spin.
    fn wait_for(&mut self, batch: &Batch) {
        let called = Arc::new(AtomicBool::new(false));
        let bell = Arc::clone(&called);
        let waker: Waker = Arc::new(move || bell.store(true, Ordering::Relaxed));
        assert!(self.edge.call_when_drained(&waker, batch, Hold::AtHighMark), "refused, and yet there is room");
        self.wanted = Some((Edge::least_bytes(batch), called));
    }

    fn assert_called(&self) {
        if let Some((bytes, called)) = &self.wanted {
            let room = self.edge.may_enter(*bytes, Hold::AtHighMark);
            assert!(called.load(Ordering::Relaxed) || !room, "there is room for {bytes} bytes, and nobody was called");
        }
    }

    fn take(&mut self, max: usize) {
        match self.edge.take(max) {
            Take::Batch(batch) => {
                let expected: Vec<_> = self.contents.drain(..batch.len()).collect();
                assert_eq!(messages(&batch), expected);
                self.edge.fixtures.pool.put(batch);
                self.pressure.step(&self.edge, false);
            }
            other => assert!(self.contents.is_empty() && matches!(other, Take::Empty)),
        }
    }
}

#[test]
fn a_message_that_fits_enters_though_the_buffers_it_came_in_do_not() {
    let edge = started(8, Block, Levels::OFF, 100_000);
    edge.offer_one(&mut vec![0; 50_000], Hold::AtHighMark).unwrap();
    let mut narrowed = batch_of(&vec![vec![1; 3_000]; 30]);
    narrowed.drop_front(29);
    edge.offer(narrowed, Hold::AtHighMark).unwrap();
    assert!(edge.fill() == 2 && edge.bytes() < 55_000, "{} bytes", edge.bytes());
}

#[test]
fn the_part_of_a_batch_that_enters_allocates_no_more_than_there_is_room_for() {
    let edge = started(1 << 20, Block, Levels::OFF, 1_000_000);
    edge.offer_one(&mut vec![0; 10], Hold::AtHighMark).unwrap();
    let (rest, _) = edge.offer(batch_of(&vec![vec![1; 600]; 3_000]), Hold::AtHighMark).unwrap_err();
    assert!(rest.len() < 1_500 && edge.bytes() <= 1_000_000, "{} bytes, {} back", edge.bytes(), rest.len());
}

#[test]
fn a_large_message_counts_with_its_whole_buffer() {
    let edge = started(1 << 20, Block, Levels::OFF, 1_000_000);
    edge.offer_one(&mut vec![0; 10], Hold::AtHighMark).unwrap();
    let mut spacious = Vec::with_capacity(10_000_000);
    spacious.resize(5_000, 0);
    assert_eq!(edge.offer_one(&mut spacious, Hold::AtHighMark).unwrap_err(), Refusal::Full);
}

#[test]
fn an_empty_batch_is_no_message_and_takes_no_slot() {
    let edge = started(1, Block, Levels::OFF, AMPLE);
    for _ in 0..3 {
        edge.offer(Batch::new(), Hold::AtHighMark).unwrap();
    }
    assert!(matches!(edge.take(1), Take::Empty));
    edge.offer(batch_of(&[vec![1]]), Hold::AtHighMark).unwrap();
    assert_eq!((edge.fill(), figures(&edge).entered), (1, 1));
}
