#!/usr/bin/env bash
# The addon under AddressSanitizer, in a stock Node: builds it so, and runs the tests of the TypeScript face with it. With
# `quick`: those in which something ends. Names behind it choose test files.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

target=x86_64-unknown-linux-gnu
out=$PWD/target/sanitize/node
binary=$out/stream-pipeline.linux-x64-gnu.node
quick=(worker-teardown process-exit uncaught-errors forgotten-pipelines loading abort inside-a-stage)

tests=("$@")
if [ "${1:-}" = quick ]; then
  tests=("${quick[@]/%/.test.ts}")
fi

if ! cargo +nightly --version >/dev/null 2>&1; then
  echo 'The sanitizers need a nightly toolchain; there is none. Trying: rustup toolchain install nightly --profile minimal'
  if ! rustup toolchain install nightly --profile minimal; then
    echo 'No nightly toolchain could be installed, so nothing was sanitized: see what rustup said above.' >&2
    exit 1
  fi
fi

# A library does not bring the sanitizer's runtime along, and Node was built without: it has to be there before both.
runtime=$(gcc -print-file-name=libasan.so)
if [ ! -e "$runtime" ]; then
  echo "gcc has no libasan.so; it comes with gcc itself on Debian, as libasan elsewhere." >&2
  exit 1
fi

# Line numbers are all that reports need of debug symbols; the profile of a release would strip them.
RUSTFLAGS='-Zsanitizer=address -Cunsafe-allow-abi-mismatch=sanitizer' \
  CARGO_PROFILE_RELEASE_LTO=off CARGO_PROFILE_RELEASE_CODEGEN_UNITS=16 \
  CARGO_PROFILE_RELEASE_DEBUG=line-tables-only CARGO_PROFILE_RELEASE_STRIP=none \
  cargo +nightly build --release --target "$target" --target-dir "$out" -p stream-pipeline-node
cp "$out/$target/release/libstream_pipeline_node.so" "$binary"
