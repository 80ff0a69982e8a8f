//! A stage's time is busy, idle or backpressured, and nothing else.

use std::time::{Duration, Instant};

use stream_pipeline::OverflowPolicy::Block;
use stream_pipeline::{PassthroughStage, PipelineBuilder, StageMetrics, StageState};

use crate::gate::gate;
use crate::numbers::{number, numbers};
use crate::watchdog::{until, watched};

/// How long each state is kept up.
const SPELL: Duration = Duration::from_millis(60);

/// Between the readings of two clocks a thread may be put aside by a busy machine.
const SLACK: Duration = Duration::from_millis(30);

fn sum(stage: &StageMetrics) -> Duration {
    stage.busy + stage.idle + stage.backpressured
}

#[test]
fn busy_idle_and_backpressured_add_up_to_the_wall_and_each_is_told_apart() {
    watched(|watch| {
        let (stage, keeper) = gate();
        let pipeline = PipelineBuilder::new()
            .add_stage_object("first", 8, Block, PassthroughStage)
            .add_stage_object("gate", 8, Block, stage)
            .build()
            .unwrap();
        let input = pipeline.input();
        let running = watch.over(pipeline.start_ready().unwrap());

        let began = Instant::now();
        until(|| began.elapsed() >= SPELL);
        let idle = running.metrics();
        for stage in &idle.stages {
            assert_eq!(stage.state, StageState::Idle);
            assert!(stage.idle + SLACK >= SPELL && stage.busy + stage.backpressured < SLACK, "{stage:?}");
        }

        let pusher = std::thread::spawn(move || input.push_many(numbers(0..40)));
        until(|| running.metrics().edges[..2].iter().all(|edge| edge.pressured));
        let began = Instant::now();
        until(|| began.elapsed() >= SPELL);
        let held_up = running.metrics();
        let states = held_up.stages.iter().map(|stage| stage.state);
        assert!(states.eq([StageState::Backpressured, StageState::Busy]));
        let [first, gate] = &held_up.stages[..] else { panic!("two stages") };
        // A stage that waits for room is not busy; one that works slowly is.
        assert!(first.backpressured + SLACK >= SPELL && first.busy < SLACK, "{first:?}");
        assert!(gate.busy + SLACK >= SPELL && gate.backpressured < SLACK, "{gate:?}");
        for stage in &held_up.stages {
            assert!(sum(stage).abs_diff(held_up.uptime) < SLACK, "{:?}: {stage:?}", held_up.uptime);
        }

        keeper.open();
        pusher.join().unwrap().unwrap();
        let report = running.wait().unwrap();
        for stage in &report.stages {
            assert_eq!(stage.state, StageState::Ended);
            assert!(sum(stage).abs_diff(report.uptime) < SLACK, "{:?}: {stage:?}", report.uptime);
        }
        // The end is the end: nothing is added to what has ended.
        until(|| began.elapsed() >= 3 * SPELL);
        assert_eq!(sum(&running.metrics().stages[1]), sum(&report.stages[1]));
        assert_eq!(running.metrics().uptime, report.uptime);
    });
}

#[test]
fn a_stage_that_works_on_its_first_message_is_busy() {
    watched(|watch| {
        let (stage, keeper) = gate();
        let pipeline = PipelineBuilder::new().add_stage_object("gate", 8, Block, stage).build().unwrap();
        pipeline.input().push(number(0)).unwrap();
        let running = watch.over(pipeline.start_ready().unwrap());
        keeper.wait_for_arrival();
        assert_eq!(running.metrics().stages[0].state, StageState::Busy);
        keeper.open();
        running.wait().unwrap();
    });
}

#[test]
fn throughput_is_counted_from_the_start_and_not_beyond_the_end() {
    watched(|watch| {
        let pipeline = PipelineBuilder::new().add_stage("only", 8, Block).build().unwrap();
        let began = Instant::now();
        until(|| began.elapsed() >= SPELL);
        let input = pipeline.input();
        let running = watch.over(pipeline.start(|_| Box::new(PassthroughStage)).unwrap());
        input.push_many(numbers(0..1000)).unwrap();
        input.close();
        running.completed().unwrap();
        until(|| began.elapsed() >= 3 * SPELL);
        let report = running.metrics();
        let expected = 1000.0 / report.uptime.as_secs_f64();
        let share = report.stages[0].throughput_per_second / expected;
        assert!((0.99..1.01).contains(&share), "{report:?}");
    });
}
