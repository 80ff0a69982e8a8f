//! A pipeline is pushed into while it is started, or dropped without having been.

use shuttle::thread;
use stream_pipeline::ErrorCode::{Aborted, NotStarted};

use crate::books::{Share, assert_balanced, assert_order};
use crate::chain::Chain;
use crate::ends::{consume, join, produce, push_all};
use crate::explore::{explore, pick};

#[test]
fn pushes_beside_the_start_are_accepted_or_told_that_it_has_not_started() {
    explore(|| {
        let chain = Chain::any();
        let pipeline = chain.build();
        let (input, output) = (pipeline.input(), pipeline.output().unwrap());
        let first = input.clone();
        let producers = produce(input, 2, 3);
        let consumer = consume(output);
        let running = pipeline.start_ready().unwrap();
        let (pushed, extra) = (join(producers), push_all(&first, 2, 2));
        assert!(pushed.iter().all(|pushed| pushed.refused.is_none_or(|code| code == NotStarted)));
        assert_eq!(extra.refused, None);
        drop(first);
        running.completed().unwrap();
        let taken = consumer.join().unwrap();
        assert_order(&chain, &pushed, &taken, Share::All);
        assert_balanced(&running.metrics());
    });
}

#[test]
fn a_pipeline_dropped_before_its_start_ends_every_wait() {
    explore(|| {
        let pipeline = Chain::any().build();
        let (input, output) = (pipeline.input(), pipeline.output().unwrap());
        let producers = produce(input, 2, 3);
        let consumer = (pick(2) == 0).then(|| consume(output));
        let dropper = thread::spawn(move || drop(pipeline));
        for pushed in join(producers) {
            assert!(pushed.refused.is_none_or(|code| [NotStarted, Aborted].contains(&code)));
        }
        join(consumer);
        dropper.join().unwrap();
    });
}
