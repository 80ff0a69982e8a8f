//! Runs cargo from within a test, without the network: what these tests need was fetched to build them.

use std::path::{Path, PathBuf};
use std::process::Command;

pub(crate) const CRATE: &str = env!("CARGO_MANIFEST_DIR");

/// The root of the workspace, where `Cargo.lock` is.
pub(crate) fn workspace() -> &'static Path {
    Path::new(CRATE).ancestors().nth(2).expect("the crate lies in crates/ of the workspace")
}

/// One for all of these tests, so that the dependencies are built once; not the one of the cargo that runs them, which
/// may hold its lock.
pub(crate) fn target() -> PathBuf {
    Path::new(env!("CARGO_TARGET_TMPDIR")).join("outside")
}

/// A cargo command for the crate at `directory`.
pub(crate) fn cargo(directory: &Path, command: &str) -> Command {
    let program = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let mut cargo = Command::new(program);
    cargo.current_dir(directory).args([command, "--offline"]).env("CARGO_TARGET_DIR", target());
    cargo
}

/// Runs it to its end and returns what it wrote on stdout.
pub(crate) fn output(mut command: Command) -> String {
    let output = command.output().expect("cargo can be run");
    assert!(output.status.success(), "{command:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).expect("cargo writes UTF-8")
}
