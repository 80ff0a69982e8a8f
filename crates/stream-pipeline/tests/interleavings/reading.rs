//! Those who watch: metrics are read, and pressure is followed, while everything moves.

use std::sync::Arc;

use shuttle::thread;
use stream_pipeline::OverflowPolicy::{Block, DropNewest, DropOldest};

use crate::books::{assert_balanced, count_accepted};
use crate::chain::{Chain, Work, start};
use crate::ends::{consume, join, produce};
use crate::explore::{explore, one_of, pick};
use crate::snapshot::assert_nothing_leaves_that_did_not_enter;

#[test]
fn a_reading_at_any_moment_never_shows_more_leaving_than_entered() {
    explore(|| {
        // Often a single stage: a reading meets what is rare only if most of it is of one place.
        let chain = if pick(2) == 0 { Chain { works: vec![Work::Forward] } } else { Chain::any() };
        let policies: Vec<_> = (0..=chain.works.len()).map(|_| one_of(&[Block, DropOldest, DropNewest])).collect();
        let (running, input, output) =
            start(chain.build_with(|index| chain.works[index].stage(), |edge| policies[edge]));
        let reading = Arc::clone(&running);
        let reader = thread::spawn(move || {
            for _ in 0..8 {
                assert_nothing_leaves_that_did_not_enter(&reading.metrics());
            }
        });
        let producers = produce(input, 1 + pick(2), 4);
        let consumer = consume(output);
        if pick(4) == 0 {
            running.abort();
        }
        let (pushed, taken) = (join(producers), consumer.join().unwrap());
        let _ = running.wait();
        reader.join().unwrap();
        let end = running.metrics();
        assert_balanced(&end);
        assert_eq!((end.ledger.accepted, end.ledger.delivered), (count_accepted(&pushed), taken.len() as u64));
    });
}

#[test]
fn who_watches_the_pressure_is_told_of_every_change_and_of_the_end() {
    explore(|| {
        let chain = Chain::any();
        let pipeline = chain.build();
        let (running, input, output) = start(pipeline);
        let watch = running.watch_pressure();
        let watcher = thread::spawn(move || watch.collect::<Vec<_>>());
        let producers = produce(input, 1, 4);
        let consumer = consume(output);
        running.wait().unwrap();
        let changes = watcher.join().unwrap();
        join(producers);
        consumer.join().unwrap();
        let end = running.metrics();
        assert_balanced(&end);
        for edge in end.edges.iter().take(chain.works.len()) {
            let told: u64 = changes.iter().filter(|change| change.edge == edge.name).map(|change| change.changes).sum();
            assert_eq!(told, 2 * edge.pressured_count, "{edge:?}: {changes:?}");
            let last = changes.iter().rfind(|change| change.edge == edge.name);
            assert!(last.is_none_or(|change| !change.pressured), "{edge:?}");
        }
    });
}
