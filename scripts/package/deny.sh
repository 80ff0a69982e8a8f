#!/usr/bin/env bash
# Holds the crates to deny.toml by cargo-deny: licences, sources, bans, and known weaknesses where the advisory database
# (on github.com) can be reached. Installing cargo-deny takes some minutes, once; it goes to target/cargo-deny.
set -euo pipefail

cd "$(dirname "${BASH_SOURCE[0]}")/../.."
version=0.20.2
tool=target/cargo-deny/bin/cargo-deny

if [ "$("$tool" --version 2>/dev/null)" != "cargo-deny $version" ]; then
  cargo install --locked cargo-deny --version "$version" --debug --root target/cargo-deny --target-dir target/cargo-deny/build
  rm -r target/cargo-deny/build
fi
"$tool" check licenses bans sources
if [ "${1:-}" = advisories ]; then
  "$tool" check advisories
fi
