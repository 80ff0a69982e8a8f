//! A thread that the operating system refuses fails the start, and nothing is left of it.

#[path = "procfs/mod.rs"]
mod procfs;
#[path = "watchdog/mod.rs"]
mod watchdog;

use std::error::Error as _;
use std::process::Command;
use std::sync::Arc;

use stream_pipeline::ErrorCode::{Aborted, ThreadRefused};
use stream_pipeline::OverflowPolicy::Block;
use stream_pipeline::{Pipeline, PipelineBuilder, stage_fn};

const STAGES: usize = 8;

/// Addresses the child may use, in KiB: room for some of the stacks below, not for all.
const ADDRESS_SPACE_KIB: usize = 4 << 20;

/// Each stack takes a quarter of that.
const LARGE_STACK: usize = 1 << 30;

/// `alive` is shared by all stages, so that it tells how many exist.
fn pipeline(stack_bytes: usize, alive: &Arc<()>) -> Pipeline {
    let plan = (0..STAGES).fold(PipelineBuilder::new(), |plan, index| {
        let alive = Arc::clone(alive);
        let stage = stage_fn(move |message| {
            let _ = &alive;
            Ok(vec![message])
        });
        plan.add_stage_object(format!("refused-{index}"), 16, Block, stage)
    });
    plan.with_stack_bytes(stack_bytes).build().unwrap()
}

fn inside_the_limit() {
    watchdog::watched(|watch| {
        let alive = Arc::new(());
        let large = pipeline(LARGE_STACK, &alive);
        let (input, mut output) = (large.input(), large.output().unwrap());
        input.push(vec![1]).unwrap();
        let refused = large.start_ready().unwrap_err();

        assert_eq!(refused.code(), ThreadRefused);
        let stage = refused.stage().unwrap();
        assert!(("refused-1".."refused-7").contains(&stage), "some were started, some were not: {stage}");
        let text = refused.to_string();
        assert!(text.contains(stage) && text.contains("lower the number of stages or their stack size"), "{text}");
        assert!(refused.source().unwrap().is::<std::io::Error>());

        watchdog::until(|| procfs::threads_called("refused-").is_empty());
        assert_eq!(Arc::strong_count(&alive), 1, "the stages are gone");
        let handed_back = input.push(vec![2]).unwrap_err();
        assert_eq!((handed_back.code(), handed_back.rejected, output.pop()), (Aborted, vec![2], None));

        let small = pipeline(64 * 1024, &alive);
        small.input().push(vec![3]).unwrap();
        let running = watch.over(small.start_ready().unwrap());
        assert_eq!(running.wait().unwrap().ledger.delivered, 1);
    });
}

#[test]
fn a_refused_thread_fails_the_start_joins_the_others_and_a_retry_works() {
    const CHILD: &str = "STREAM_PIPELINE_TEST_CHILD";
    if std::env::var_os(CHILD).is_some() {
        return inside_the_limit();
    }
    let limited = format!("ulimit -v {ADDRESS_SPACE_KIB}; exec \"$0\" \"$@\"");
    let child = Command::new("sh")
        .args(["-c", &limited])
        .arg(std::env::current_exe().unwrap())
        .arg("a_refused_thread_fails_the_start_joins_the_others_and_a_retry_works")
        .env(CHILD, "1")
        .output()
        .unwrap();
    assert!(child.status.success(), "{}", String::from_utf8_lossy(&child.stdout));
}
