//! On one core, and with far more stages than two cores: no live-lock, no loss. Tests of this program, run again in
//! processes that may use only so many cores.

use std::process::Command;

use crate::procfs;

/// Tests in which many threads wait for each other.
const CROWDED: [&str; 8] = [
    "block_loses_nothing::",
    "drop_oldest::",
    "hosted_stage::",
    "hysteresis::",
    "input_handles::",
    "many_stages::",
    "panic_at_any_message::",
    "snapshots::",
];

/// One of those, to be asked how many cores it may use.
const CORES: &str = "one_core::cores_are_as_many_as_allowed";
const EXPECTED: &str = "STREAM_PIPELINE_TEST_CORES";

fn run_on(cores: &[usize], tests: &[&str]) {
    let list = cores.iter().map(usize::to_string).collect::<Vec<_>>().join(",");
    let child = Command::new("taskset")
        .args(["-c", &list])
        .arg(std::env::current_exe().unwrap())
        .arg(CORES)
        .args(tests)
        .env(EXPECTED, cores.len().to_string())
        // Finding the names for a hundred panics takes longer than all these tests.
        .env("RUST_BACKTRACE", "0")
        .output()
        .expect("taskset, which ties a process to cores, is in the package util-linux");
    let (stdout, stderr) = (String::from_utf8_lossy(&child.stdout), String::from_utf8_lossy(&child.stderr));
    assert!(child.status.success(), "on {} cores:\n{stdout}\n{stderr}", cores.len());
    let ran = stdout.lines().filter(|line| line.starts_with("test ") && line.ends_with("... ok")).count();
    assert!(ran > tests.len(), "{stdout}");
}

/// What the engine goes by when it decides whether to spin.
#[test]
fn cores_are_as_many_as_allowed() {
    let cores = std::thread::available_parallelism().unwrap().to_string();
    assert_eq!(std::env::var(EXPECTED).unwrap_or_else(|_| cores.clone()), cores);
}

#[test]
fn on_one_core_nothing_is_lost_and_nothing_spins_for_ever() {
    run_on(&procfs::allowed_cores()[..1], &CROWDED);
}

#[test]
fn on_two_cores_sixty_four_stages_lose_nothing() {
    let cores = procfs::allowed_cores();
    run_on(&cores[..cores.len().min(2)], &["many_stages::"]);
}
