//! A stage that panics does not fill the terminal, unless a backtrace was asked for.

#[path = "watchdog/mod.rs"]
mod watchdog;

use std::process::Command;

use stream_pipeline::ErrorCode::StagePanicked;
use stream_pipeline::OverflowPolicy::Block;
use stream_pipeline::{PipelineBuilder, stage_fn};

const CHILD: &str = "STREAM_PIPELINE_TEST_CHILD";

fn a_stage_panics() {
    watchdog::watched(|watch| {
        let stage = stage_fn(|_| panic!("inside a stage"));
        let pipeline = PipelineBuilder::new().add_stage_object("panics", 8, Block, stage).build().unwrap();
        pipeline.input().push(vec![1]).unwrap();
        let error = watch.over(pipeline.start_ready().unwrap()).wait().unwrap_err();
        assert_eq!(error.code(), StagePanicked);
        // One line that says what, and where.
        let text = error.to_string();
        assert!(text.starts_with("stage `panics` panicked at message 0: inside a stage ("), "{text}");
        assert!(text.contains("quiet_panics.rs:") && text.lines().count() == 1, "{text}");
        // The program's own panics are reported as ever.
        std::thread::spawn(|| panic!("outside of stages")).join().unwrap_err();
    });
}

/// What this program writes on stderr when it runs the above.
fn stderr(backtrace: &str) -> String {
    let child = Command::new(std::env::current_exe().unwrap())
        .args(["--nocapture", "--exact", "a_panicking_stage_prints_nothing_unless_a_backtrace_is_asked_for"])
        .env(CHILD, "1")
        .env("RUST_BACKTRACE", backtrace)
        .output()
        .unwrap();
    let text = String::from_utf8(child.stderr).unwrap();
    assert!(child.status.success(), "{text}");
    text
}

#[test]
fn a_panicking_stage_prints_nothing_unless_a_backtrace_is_asked_for() {
    if std::env::var_os(CHILD).is_some() {
        return a_stage_panics();
    }
    let quiet = stderr("0");
    assert!(!quiet.contains("inside a stage") && quiet.contains("outside of stages"), "{quiet}");
    let asked = stderr("1");
    assert!(asked.contains("inside a stage") && asked.contains("outside of stages"), "{asked}");
    assert!(asked.contains("thread 'panics'") && asked.contains("stack backtrace"), "{asked}");
}
