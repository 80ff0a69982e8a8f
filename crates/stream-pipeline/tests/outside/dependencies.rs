//! What the engine depends on at run time.

use crate::cargo;

#[test]
fn the_engine_depends_on_crossbeam_parking_lot_and_thiserror_only() {
    let mut tree = cargo::cargo(cargo::workspace(), "tree");
    tree.args(["-p", "stream-pipeline", "-e", "normal", "--depth", "1", "--prefix", "none", "--format", "{p}"]);
    let listed = cargo::output(tree);
    let mut names = listed.lines().filter_map(|line| line.split(' ').next());
    assert_eq!(names.next(), Some("stream-pipeline"));
    let names: Vec<_> = names.collect();
    let allowed = |name: &&str| name.starts_with("crossbeam") || ["parking_lot", "thiserror"].contains(name);
    assert!(names.len() >= 3 && names.iter().all(allowed), "{names:?}");
}
