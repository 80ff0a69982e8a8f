//! Whatever is done to an edge in whatever order, it does what the plain edge does.

use proptest::collection::vec;
use proptest::prelude::*;

use super::plain::{PlainEdge, State};
use super::*;

#[derive(Clone, Debug)]
enum Step {
    /// A batch of messages of these sizes.
    Offer(Vec<usize>, Hold),
    OfferOne(usize, Hold),
    Take(usize),
    Start,
    Close,
    Abort,
    Unclaim,
    GiveUp,
}

fn step() -> impl Strategy<Value = Step> {
    let hold = || prop_oneof![4 => Just(Hold::AtHighMark), 1 => Just(Hold::WhenFull)];
    // 4096 bytes and more keep their own buffer.
    let size = || prop_oneof![20 => 0..60_usize, 1 => 4_000..5_000_usize];
    prop_oneof![
        60 => (vec(size(), 0..12), hold()).prop_map(|(sizes, hold)| Step::Offer(sizes, hold)),
        60 => (size(), hold()).prop_map(|(size, hold)| Step::OfferOne(size, hold)),
        90 => prop_oneof![3 => 1..4_usize, 1 => Just(usize::MAX)].prop_map(Step::Take),
        12 => Just(Step::Start),
        1 => Just(Step::Close),
        1 => Just(Step::Abort),
        1 => Just(Step::Unclaim),
        1 => Just(Step::GiveUp),
    ]
}

/// Marks off, or anywhere, also beside each other.
fn levels(capacity: usize) -> impl Strategy<Value = Levels> {
    let anywhere = (1..=capacity as u64).prop_flat_map(|high| (0..high).prop_map(move |low| Levels { high, low }));
    prop_oneof![1 => Just(Levels::OFF), 1 => Just(Marks::default().levels(capacity as u64)), 3 => anywhere]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1000))]

    #[test]
    fn an_edge_does_what_the_plain_edge_does(
        (capacity, levels) in (1..40_usize).prop_flat_map(|capacity| (Just(capacity), levels(capacity))),
        policy in prop::sample::select(OverflowPolicy::ALL.to_vec()),
        steps in vec(step(), 1..120),
    ) {
        let mut both = Both {
            edge: edge(capacity, policy, levels, AMPLE),
            plain: PlainEdge::new(capacity, policy, levels),
            sequence: 0,
        };
        for step in steps {
            both.walk(step);
            both.compare();
        }
        both.drain();
    }
}

struct Both {
    edge: Arc<Edge>,
    plain: PlainEdge,
    sequence: u64,
}

impl Both {
    /// A message unlike the others, as far as its size allows.
    fn message(&mut self, size: usize) -> Vec<u8> {
        self.sequence += 1;
        self.sequence.to_le_bytes().into_iter().cycle().take(size).collect()
    }

    fn walk(&mut self, step: Step) {
        let Self { edge, plain, .. } = self;
        match step {
            Step::Offer(sizes, hold) => {
                let offered: Vec<_> = sizes.into_iter().map(|size| self.message(size)).collect();
                let result = self.edge.offer(batch_of(&offered), hold).map_err(|(rest, why)| (messages(&rest), why));
                assert_eq!(result, self.plain.offer(offered, hold));
            }
            Step::OfferOne(size, hold) => {
                let message = self.message(size);
                let result =
                    self.edge.offer_one(&mut message.clone(), hold).map_err(|why| (vec![message.clone()], why));
                assert_eq!(result, self.plain.offer(vec![message], hold));
            }
            Step::Take(max) => self.take(max),
            Step::Start => {
                edge.start();
                plain.started = true;
            }
            Step::Close => {
                edge.close();
                plain.close();
            }
            Step::Abort => {
                edge.abort();
                plain.abort();
            }
            Step::Unclaim => {
                edge.unclaim();
                plain.give_up(|figures| &mut figures.discarded);
            }
            Step::GiveUp => {
                edge.give_up();
                plain.give_up(|figures| &mut figures.dropped_closed);
            }
        }
    }

    fn take(&mut self, max: usize) {
        match self.edge.take(max) {
            Take::Batch(batch) => {
                let taken = messages(&batch);
                assert!((1..=max).contains(&taken.len()), "{} messages taken, {max} asked for", taken.len());
                assert_eq!(taken, self.plain.take(taken.len()));
                self.edge.fixtures.pool.put(batch);
            }
            Take::Empty => assert_eq!((self.plain.contents.len(), self.plain.state), (0, State::Open)),
            Take::Ended => assert_eq!((self.plain.contents.len(), self.plain.state), (0, State::Closed)),
            Take::Aborted => assert_eq!(self.plain.state, State::Aborted),
        }
    }

    fn compare(&self) {
        let figures = figures(&self.edge);
        assert_eq!(figures, self.plain.figures);
        assert!(figures.balances(), "{figures:?}");
        assert!(figures.fill <= self.plain.capacity as u64);
        assert_eq!(
            figures.fill == 0,
            self.edge.bytes() == 0,
            "{} bytes for {} messages",
            self.edge.bytes(),
            figures.fill
        );
    }

    fn drain(mut self) {
        self.edge.close();
        self.plain.close();
        while !self.plain.contents.is_empty() {
            self.take(usize::MAX);
            self.compare();
        }
    }
}
