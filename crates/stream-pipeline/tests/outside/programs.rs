//! Programs like those in the documentation, each in an otherwise empty crate: they compile as written, and end.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::thread;
use std::time::{Duration, Instant};

use crate::cargo;

/// The program the idea was announced with.
const PROGRAM: &str = r#"
use stream_pipeline::{PipelineBuilder, OverflowPolicy, PassthroughStage};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let pipeline = PipelineBuilder::new()
        .add_stage("stage1", 100, OverflowPolicy::Block)
        .add_stage("stage2", 100, OverflowPolicy::Block)
        .with_backpressure(true)
        .build()?;

    let input = pipeline.input();
    let running = pipeline.start(|stage_idx| {
        Box::new(PassthroughStage)
    })?;

    input.push(vec![1, 2, 3])?;
    running.wait()?;
    Ok(())
}
"#;

/// A stage that has `process` and `name` only, and a program that uses it.
const STAGE: &str = r#"
use stream_pipeline::{OverflowPolicy, PipelineBuilder};
use stream_pipeline::{Stage, Result as PipelineResult};

struct Twice;

impl Stage for Twice {
    fn process(&mut self, input: Vec<u8>) -> PipelineResult<Vec<Vec<u8>>> {
        Ok(vec![input.clone(), input])
    }

    fn name(&self) -> &str {
        "twice"
    }
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let pipeline = PipelineBuilder::new().add_stage("twice", 100, OverflowPolicy::Block).build()?;
    let input = pipeline.input();
    let output = pipeline.output()?;
    let running = pipeline.start(|_| Box::new(Twice))?;
    input.push(b"echo".to_vec())?;
    drop(input);
    for message in output {
        println!("{}", String::from_utf8(message)?);
    }
    running.wait()?;
    Ok(())
}
"#;

/// How long a program may take that moves one message.
const DEADLINE: Duration = Duration::from_secs(10);

/// A crate with nothing but `source`, removed with this.
struct Crate(PathBuf);

impl Crate {
    fn new(name: &str, edition: &str, source: &str) -> Self {
        let directory = std::env::temp_dir().join(format!("stream-pipeline-{name}-{}", std::process::id()));
        let manifest = format!(
            "[package]\nname = \"{name}\"\nversion = \"0.0.0\"\nedition = \"{edition}\"\n\n\
             [dependencies]\nstream-pipeline = {{ path = {:?} }}\n",
            cargo::CRATE
        );
        fs::create_dir_all(directory.join("src")).unwrap();
        fs::write(directory.join("Cargo.toml"), manifest).unwrap();
        fs::write(directory.join("src/main.rs"), source).unwrap();
        // The same versions as here, which are on this machine.
        fs::copy(cargo::workspace().join("Cargo.lock"), directory.join("Cargo.lock")).unwrap();
        Self(directory)
    }

    fn directory(&self) -> &Path {
        &self.0
    }
}

impl Drop for Crate {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

/// Compiles and runs it; returns what it wrote.
fn run(name: &'static str, edition: &'static str, source: &'static str) -> String {
    let outside = Crate::new(name, edition, source);
    cargo::output(cargo::cargo(outside.directory(), "build"));
    let mut command = cargo::cargo(outside.directory(), "run");
    let mut child = command.arg("--quiet").stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let began = Instant::now();
    while child.try_wait().unwrap().is_none() && began.elapsed() < DEADLINE {
        thread::sleep(Duration::from_millis(5));
    }
    let ended_by_itself = child.try_wait().unwrap().is_some();
    let _ = child.kill();
    let output = child.wait_with_output().unwrap();
    assert!(ended_by_itself && output.status.success(), "{name}: {output:?}");
    String::from_utf8(output.stdout).unwrap()
}

#[test]
fn the_announced_program_compiles_as_written_and_ends_by_itself() {
    assert_eq!(run("announced-program", "2021", PROGRAM), "");
}

#[test]
fn a_stage_of_process_and_name_compiles_as_written_and_runs() {
    assert_eq!(run("announced-stage", "2024", STAGE), "echo\necho\n");
}
