//! Where the figures come from: machine, kernel, toolchain, commit.

use std::fs;
use std::process::Command;
use std::thread;

use serde::Serialize;

#[derive(Debug, Serialize)]
pub(crate) struct Machine {
    pub(crate) processor: String,
    pub(crate) cores: usize,
    pub(crate) kernel: String,
    pub(crate) toolchain: String,
    /// With `+` if the tree had changes.
    pub(crate) commit: String,
    pub(crate) date: String,
}

impl Machine {
    pub(crate) fn here() -> Self {
        let info = fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
        let model = info.lines().find(|line| line.starts_with("model name")).and_then(|line| line.split(": ").nth(1));
        let changed =
            !output("git", &["status", "--porcelain", "--", "crates", "benches", "Cargo.lock", ":!benches/results"])
                .is_empty();
        Self {
            processor: model.unwrap_or("unknown").to_owned(),
            cores: thread::available_parallelism().map_or(0, usize::from),
            kernel: output("uname", &["-sr"]),
            toolchain: output("rustc", &["--version"]),
            commit: output("git", &["rev-parse", "--short=12", "HEAD"]) + if changed { "+" } else { "" },
            date: output("date", &["--utc", "+%Y-%m-%d"]),
        }
    }
}

/// The mean number of threads that ran or wanted to during the last minute.
pub(crate) fn load_average() -> f64 {
    let text = fs::read_to_string("/proc/loadavg").unwrap_or_default();
    text.split(' ').next().and_then(|first| first.parse().ok()).unwrap_or(f64::NAN)
}

fn output(program: &str, arguments: &[&str]) -> String {
    let output = Command::new(program).args(arguments).output().ok();
    output.and_then(|output| String::from_utf8(output.stdout).ok()).unwrap_or_default().trim().to_owned()
}
