//! This program again, for one cell: as it is, on one core, or compiled without measurement.

use std::env;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::cell::{Cell, Sample};
use crate::who::Who;

pub(crate) struct Builds {
    measured: PathBuf,
    unmeasured: Option<PathBuf>,
    /// A program built from another state of the engine.
    before: Option<PathBuf>,
}

impl Builds {
    pub(crate) fn new(unmeasured: bool, before: Option<PathBuf>) -> Self {
        let measured = env::current_exe().expect("it runs");
        Self { measured, unmeasured: unmeasured.then(build_unmeasured), before }
    }

    /// Measures `cell` in a process of its own.
    pub(crate) fn run(&self, one_core: bool, who: Who, cell: &Cell) -> Sample {
        let program = match who {
            Who::OursUnmeasured => self.unmeasured.as_deref().expect("it was built for this case"),
            Who::OursBefore => self.before.as_deref().expect("it was named for this case"),
            _ => &self.measured,
        };
        // Whoever it is, in its own program it is ours.
        let role = if who == Who::OursBefore { Who::Ours } else { who };
        let mut command = if one_core { pinned(program) } else { Command::new(program) };
        let to_text = |value| serde_json::to_string(value).expect("it is plain data");
        command.args(["--cell", &to_text(&role), &serde_json::to_string(cell).expect("it is plain data")]);
        let output = command.stderr(Stdio::inherit()).output().expect("this program can be started again");
        assert!(output.status.success(), "{} failed in {cell:?}: {}", who.name(), output.status);
        serde_json::from_slice(&output.stdout).expect("this program wrote it")
    }
}

fn pinned(program: &Path) -> Command {
    let mut command = Command::new("taskset");
    command.args(["-c", "0"]).arg(program);
    command
}

/// Builds this benchmark and the engine with `--cfg unmeasured`.
fn build_unmeasured() -> PathBuf {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("it is a folder of the project");
    let output = Command::new("cargo")
        .args(["bench", "--bench", "compare", "--no-run", "--message-format=json", "--target-dir", "target/unmeasured"])
        .current_dir(root)
        .env("RUSTFLAGS", "--cfg unmeasured")
        .stderr(Stdio::inherit())
        .output()
        .expect("cargo can be started");
    assert!(output.status.success(), "the engine without measurement does not build");
    let mut programs = output.stdout.split(|byte| *byte == b'\n').filter_map(|line| {
        let message: serde_json::Value = serde_json::from_slice(line).ok()?;
        Some(PathBuf::from(message.get("executable")?.as_str()?))
    });
    programs.next_back().expect("a benchmark is a program")
}
