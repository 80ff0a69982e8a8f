//! Edges that drop or refuse, anywhere in the chain: what is lost is counted, and the rest stays in order.

use stream_pipeline::ErrorCode::{Aborted, Closed, Overflow};
use stream_pipeline::OverflowPolicy::{self, Block, DropNewest, DropOldest};

use crate::books::{Share, assert_balanced, assert_order, count_accepted};
use crate::chain::{Chain, start};
use crate::ends::{consume, join, produce};
use crate::explore::{explore, one_of, pick};

#[test]
fn edges_that_drop_lose_what_they_count_and_keep_the_order() {
    explore(|| {
        let chain = Chain::any();
        let policies: Vec<_> = (0..=chain.works.len()).map(|_| one_of(&[Block, DropOldest, DropNewest])).collect();
        let (running, input, output) =
            start(chain.build_with(|index| chain.works[index].stage(), |edge| policies[edge]));
        let producers = produce(input, 1 + pick(2), 5);
        let consumer = consume(output);
        let (pushed, taken) = (join(producers), consumer.join().unwrap());
        running.wait().unwrap();
        assert!(pushed.iter().all(|pushed| pushed.refused.is_none()));
        assert_order(&chain, &pushed, &taken, Share::Some);
        let end = running.metrics();
        assert_balanced(&end);
        assert_eq!((end.ledger.accepted, end.ledger.delivered), (count_accepted(&pushed), taken.len() as u64));
        for (edge, policy) in end.edges.iter().zip(policies) {
            assert!(edge.dropped_oldest == 0 || policy == DropOldest, "{edge:?}");
            assert!(edge.dropped_newest == 0 || policy == DropNewest, "{edge:?}");
        }
    });
}

#[test]
fn an_edge_that_refuses_hands_back_at_the_input_and_fails_the_pipeline_behind_it() {
    explore(|| {
        let chain = Chain::any();
        let policies: Vec<_> = (0..=chain.works.len()).map(|_| one_of(&[Block, OverflowPolicy::Error])).collect();
        let (running, input, output) =
            start(chain.build_with(|index| chain.works[index].stage(), |edge| policies[edge]));
        let producers = produce(input, 1 + pick(2), 5);
        let consumer = consume(output);
        let (pushed, taken) = (join(producers), consumer.join().unwrap());
        let outcome = running.wait();
        let end = running.metrics();
        assert_balanced(&end);
        assert_eq!((end.ledger.accepted, end.ledger.delivered), (count_accepted(&pushed), taken.len() as u64));
        for code in pushed.iter().filter_map(|pushed| pushed.refused) {
            let refused_here = code == Overflow && policies[0] == OverflowPolicy::Error;
            assert!(refused_here || ([Aborted, Closed].contains(&code) && outcome.is_err()), "{code}");
        }
        match outcome {
            Ok(_) => assert_order(&chain, &pushed, &taken, Share::All),
            Err(error) => {
                assert_eq!(error.code(), Overflow, "{error}");
                assert!(policies[1..].contains(&OverflowPolicy::Error));
                assert_order(&chain, &pushed, &taken, Share::Beginning);
            }
        }
    });
}
