//! A pipeline does what its stages' functions do one after the other, in one thread and without rings: with `block` its
//! output is that of the fold, and where policies drop, a part of it, in order, with every missing message counted.

mod chain;
mod pushes;
#[path = "../watchdog/mod.rs"]
mod watchdog;

use std::thread;

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::test_runner::FileFailurePersistence;
use stream_pipeline::{EdgeOptions, ErrorCode, Metrics, OverflowPolicy, Pipeline, PipelineBuilder};

use chain::{Link, fold, link, message};
use pushes::{Push, push, push_all};

/// Where seeds go whose cases failed, to be tried first from then on: they are committed.
const SEEDS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/proptest-regressions/tests/fold.txt");

fn config() -> ProptestConfig {
    let failure_persistence = Some(Box::new(FileFailurePersistence::Direct(SEEDS)) as Box<_>);
    ProptestConfig { cases: 300, failure_persistence, ..ProptestConfig::default() }
}

#[derive(Clone, Debug)]
struct Plan {
    links: Vec<Link>,
    output_capacity: usize,
    backpressure: bool,
}

fn plan(policies: &'static [OverflowPolicy], may_fail: bool) -> impl Strategy<Value = Plan> {
    let failing = proptest::option::weighted(0.3, (0..5_usize, 0..150_u64));
    (vec(link(policies), 1..=5), 1..=64_usize, any::<bool>(), failing).prop_map(
        move |(mut links, output_capacity, backpressure, failing)| {
            if let Some((place, at)) = failing.filter(|_| may_fail) {
                let place = place % links.len();
                links[place].fails_at = Some(at);
            }
            Plan { links, output_capacity, backpressure }
        },
    )
}

impl Plan {
    fn build(&self) -> Pipeline {
        let builder = self.links.iter().enumerate().fold(PipelineBuilder::new(), |builder, (index, link)| {
            builder.add_stage(format!("link-{index}"), link.capacity, link.policy)
        });
        let output = EdgeOptions::new().capacity(self.output_capacity);
        builder.with_output_edge(output).with_backpressure(self.backpressure).build().unwrap()
    }

    /// What comes out, and the report, whether the pipeline failed or not.
    fn run(&self, messages: Vec<Vec<u8>>, pushes: &[Push]) -> (Vec<Vec<u8>>, Metrics, Option<(ErrorCode, u64)>) {
        watchdog::watched(|watch| {
            let pipeline = self.build();
            let (input, output) = (pipeline.input(), pipeline.output().unwrap());
            let running = watch.over(pipeline.start(|index| self.links[index].stage()).unwrap());
            let outputs = thread::scope(|scope| {
                let pushing = scope.spawn(move || push_all(&input, messages, pushes));
                let outputs = output.collect();
                pushing.join().unwrap();
                outputs
            });
            let error = running.wait().err().map(|error| (error.code(), error.sequence().unwrap()));
            (outputs, running.metrics(), error)
        })
    }
}

/// Everything that entered has left, at every place.
fn assert_settled(report: &Metrics, delivered: usize) {
    let ledger = report.ledger;
    assert_eq!((ledger.delivered, ledger.in_flight, ledger.balance()), (delivered as u64, 0, 0), "{ledger:?}");
    for stage in &report.stages {
        let left = stage.emitted + stage.absorbed + stage.failed + stage.aborted;
        assert_eq!(stage.received + stage.created, left, "{stage:?}");
    }
    for edge in &report.edges {
        assert_eq!(edge.entered, edge.taken + edge.dropped() + edge.discarded + edge.aborted, "{edge:?}");
        assert!(edge.fill == 0 && edge.highest_fill <= edge.capacity, "{edge:?}");
    }
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn a_pipeline_that_blocks_does_what_a_fold_does(
        plan in plan(&[OverflowPolicy::Block], true),
        sizes in vec(chain::size(), 0..200),
        pushes in vec(push(), 1..8),
    ) {
        let messages: Vec<_> = (0..).zip(sizes).map(|(nth, size)| message(nth, size)).collect();
        let expected = fold(&plan.links, &messages);
        let accepted = messages.len() as u64;
        let (outputs, report, error) = plan.run(messages, &pushes);

        assert_eq!(outputs, expected.outputs);
        assert_settled(&report, outputs.len());
        assert_eq!(error, expected.failed_at.map(|at| (ErrorCode::StageFailed, at)));
        let ledger = report.ledger;
        assert_eq!((ledger.dropped(), ledger.failed), (0, u64::from(error.is_some())));
        if error.is_none() {
            assert_eq!((ledger.accepted, ledger.aborted), (accepted, 0));
            assert_eq!((ledger.created, ledger.absorbed), (expected.created, expected.absorbed));
        }
    }

    #[test]
    fn a_pipeline_that_drops_delivers_a_part_of_the_fold_in_order_and_counts_the_rest(
        plan in plan(&[OverflowPolicy::Block, OverflowPolicy::DropOldest, OverflowPolicy::DropNewest], false),
        sizes in vec(chain::size(), 0..200),
        pushes in vec(push(), 1..8),
    ) {
        let messages: Vec<_> = (0..).zip(sizes).map(|(nth, size)| message(nth, size)).collect();
        let expected = fold(&plan.links, &messages).outputs;
        let accepted = messages.len() as u64;
        let (outputs, report, error) = plan.run(messages, &pushes);

        assert_eq!(error, None);
        let mut rest = expected.iter();
        assert!(outputs.iter().all(|output| rest.any(|other| other == output)), "not a part of the fold, or not in order");
        assert_settled(&report, outputs.len());
        let ledger = report.ledger;
        assert_eq!((ledger.accepted, ledger.aborted, ledger.dropped_closed), (accepted, 0, 0));
        for (edge, link) in report.edges.iter().zip(&plan.links) {
            assert!(edge.dropped_oldest == 0 || link.policy == OverflowPolicy::DropOldest, "{edge:?}");
            assert!(edge.dropped_newest == 0 || link.policy == OverflowPolicy::DropNewest, "{edge:?}");
        }
        if ledger.dropped() == 0 {
            assert_eq!(outputs, expected);
        }
    }
}
