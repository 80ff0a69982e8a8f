//! What a pipeline holds when its last stage has stopped, term by term.

use std::sync::Arc;
use std::time::Duration;

use stream_pipeline::OverflowPolicy::Block;
use stream_pipeline::{ErrorCode, Input, PassthroughStage, PipelineBuilder, Running, StageMetrics, StageState};

use crate::gate::{Keeper, gate};
use crate::numbers::{number, numbers};
use crate::watchdog::{Watch, until, watched};

const CAPACITIES: [usize; 3] = [10, 20, 40];

fn with_a_stopped_last_stage(watch: &Watch, backpressure: bool) -> (Arc<Running>, Input, Keeper) {
    let (stage, keeper) = gate();
    let pipeline = PipelineBuilder::new()
        .add_stage_object("first", CAPACITIES[0], Block, PassthroughStage)
        .add_stage_object("second", CAPACITIES[1], Block, PassthroughStage)
        .add_stage_object("stopped", CAPACITIES[2], Block, stage)
        .with_backpressure(backpressure)
        .build()
        .unwrap();
    let input = pipeline.input();
    let running = watch.over(pipeline.start_ready().unwrap());
    input.push(number(0)).unwrap();
    keeper.wait_for_arrival();
    (running, input, keeper)
}

#[test]
fn with_marks_off_accepted_equals_what_rings_and_hands_hold() {
    watched(|watch| {
        let (running, input, keeper) = with_a_stopped_last_stage(watch, false);
        let mut accepted = 1;
        until(|| {
            while input.try_push(number(accepted)).is_ok() {
                accepted += 1;
            }
            let now = running.metrics();
            let full = now.edges[..3].iter().all(|edge| edge.fill == edge.capacity);
            // A message that is just being put on an edge counts as in hand too, until its stage has put it there.
            full && now.stages.iter().all(|stage| stage.in_hand() > 0) && now.ledger.balance() == 0
        });

        let held = running.metrics();
        let in_hand: u64 = held.stages.iter().map(StageMetrics::in_hand).sum();
        let in_rings = CAPACITIES.iter().sum::<usize>() as u64;
        assert_eq!(accepted, in_rings + in_hand);
        assert_eq!((held.ledger.accepted, held.ledger.in_flight, held.ledger.balance()), (accepted, accepted, 0));
        // Nobody takes more than a quarter of a ring in hand.
        for (stage, capacity) in held.stages.iter().zip(CAPACITIES) {
            assert!((1..=capacity as u64 / 4).contains(&stage.in_hand()), "{stage:?}");
        }
        let states = held.stages.iter().map(|stage| stage.state);
        assert!(states.eq([StageState::Backpressured, StageState::Backpressured, StageState::Busy]));
        assert!(held.edges.iter().all(|edge| !edge.pressured && edge.pressured_count == 0));

        keeper.open();
        assert_eq!(running.wait().unwrap().ledger.delivered, accepted);
    });
}

/// Whether nothing moves: each message is seen somewhere, and no stage could take one.
fn has_settled(running: &Running) -> bool {
    let now = running.metrics();
    now.ledger.balance() == 0
        && (0..2).all(|index| {
            let blocked = now.edges[index + 1].pressured && now.stages[index].in_hand() > 0;
            blocked || (now.stages[index].in_hand() == 0 && now.edges[index].fill == 0)
        })
}

#[test]
fn with_marks_on_every_edge_stands_between_its_high_mark_and_its_capacity() {
    watched(|watch| {
        let (running, input, keeper) = with_a_stopped_last_stage(watch, true);
        let mut accepted = 1;
        // One by one, each as far as it can go: so that no stage takes from an edge that is pressured already.
        let refused = loop {
            match input.push_timeout(number(accepted), Duration::ZERO) {
                Ok(()) => accepted += 1,
                Err(refused) => break refused,
            }
            until(|| has_settled(&running) || input.is_pressured());
        };
        assert_eq!(refused.code(), ErrorCode::Timeout);
        let held = running.metrics();
        for (edge, capacity) in held.edges.iter().zip(CAPACITIES) {
            let (high, low) = (edge.high.unwrap(), edge.low.unwrap());
            assert_eq!((high, low), (capacity as u64 * 4 / 5, capacity as u64 * 2 / 5));
            assert!(edge.pressured && high <= edge.fill && edge.fill <= edge.capacity, "{edge:?}");
        }
        let in_rings: u64 = held.edges.iter().map(|edge| edge.fill).sum();
        let in_hand: u64 = held.stages.iter().map(StageMetrics::in_hand).sum();
        assert_eq!((accepted, held.ledger.in_flight, in_hand), (in_rings + in_hand, accepted, 3));

        keeper.open();
        let report = running.wait().unwrap();
        assert_eq!(report.ledger.delivered, accepted);
        assert!(report.edges.iter().all(|edge| !edge.pressured), "pressure ends with the messages");
    });
}

#[test]
fn a_burst_leaves_every_edge_above_its_low_mark() {
    watched(|watch| {
        let (running, input, keeper) = with_a_stopped_last_stage(watch, true);
        until(|| {
            while input.push_timeout(number(0), Duration::ZERO).is_ok() {}
            running.metrics().edges[..3].iter().all(|edge| edge.pressured)
        });
        // A stage may have taken its next batch from an edge that was pressured: then it is between its marks.
        let held = running.metrics();
        assert!(held.edges[..3].iter().all(|edge| edge.low.unwrap() < edge.fill && edge.fill <= edge.capacity));
        keeper.open();
        running.wait().unwrap();
    });
}

#[test]
fn the_part_of_a_batch_that_has_entered_is_not_in_hand_while_the_rest_waits() {
    watched(|watch| {
        let (stage, keeper) = gate();
        let pipeline = PipelineBuilder::new()
            .add_stage_object("first", 64, Block, PassthroughStage)
            .add_stage_object("stopped", 4, Block, stage)
            .with_backpressure(false)
            .build()
            .unwrap();
        // Before the start, so that the first stage takes several at once: more than its next edge has room for.
        pipeline.input().push_many(numbers(0..8)).unwrap();
        let running = watch.over(pipeline.start_ready().unwrap());
        keeper.wait_for_arrival();
        until(|| running.metrics().edges[1].fill == 4 && running.metrics().ledger.balance() == 0);
        let held = running.metrics();
        let places = (held.edges[0].fill, held.stages[0].in_hand(), held.edges[1].fill, held.stages[1].in_hand());
        assert_eq!(places, (0, 3, 4, 1));
        keeper.open();
        assert_eq!(running.wait().unwrap().ledger.delivered, 8);
    });
}
