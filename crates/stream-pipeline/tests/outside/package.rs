//! The crate can be published: what goes into the package builds by itself.

use crate::cargo;

#[test]
fn the_package_holds_what_it_needs_and_builds_by_itself() {
    let mut list = cargo::cargo(cargo::workspace(), "package");
    list.args(["-p", "stream-pipeline", "--allow-dirty", "--list"]);
    let listed = cargo::output(list);
    for file in ["Cargo.toml", "LICENSE", "README.md", "src/lib.rs"] {
        assert!(listed.lines().any(|line| line == file), "the package lacks {file}:\n{listed}");
    }

    let mut package = cargo::cargo(cargo::workspace(), "package");
    package.args(["-p", "stream-pipeline", "--allow-dirty", "--quiet"]);
    cargo::output(package);
}
