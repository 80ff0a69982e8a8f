//! The file in which results are kept: a line for the machine, then one for each contender in each case.

use std::fs;
use std::path::Path;

use crate::machine::Machine;

/// Puts `lines` in the place of what the file holds of these cases. What it holds of others stays: each line names the
/// commit it is from.
pub(crate) fn save(path: &Path, machine: &Machine, lines: &[String], cases: &[&str]) {
    let before = fs::read_to_string(path).unwrap_or_default();
    let of_others = before.lines().skip(1).filter(|line| {
        let row: serde_json::Value = serde_json::from_str(line).expect("this program wrote it");
        !cases.iter().any(|case| row["case"] == *case)
    });
    let machine = serde_json::to_string(machine).expect("it is text");
    let all: Vec<&str> =
        [machine.as_str()].into_iter().chain(of_others).chain(lines.iter().map(String::as_str)).collect();
    fs::write(path, all.join("\n") + "\n").expect("the file can be written");
}
