#!/usr/bin/env bash
# The addon under AddressSanitizer in a stock Node: builds it so, puts it into a copy of the package, and runs the tests of
# the TypeScript face there. Arguments choose test files, as vitest has it.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

target=x86_64-unknown-linux-gnu
built=$PWD/target/sanitize/node
package=$built/package
reports=$built/reports

if ! cargo +nightly --version >/dev/null 2>&1; then
  echo 'The sanitizers need a nightly toolchain; there is none. Trying: rustup toolchain install nightly --profile minimal'
  if ! rustup toolchain install nightly --profile minimal; then
    echo 'No nightly toolchain could be installed, so nothing was sanitized: see what rustup said above.' >&2
    exit 1
  fi
fi

# A library does not bring the sanitizer's runtime along, and Node was built without it: it has to be there before both.
runtime=$(gcc -print-file-name=libasan.so)
if [ ! -e "$runtime" ]; then
  echo 'gcc has no libasan.so; it comes with gcc on Debian, in a package of its own elsewhere.' >&2
  exit 1
fi

npm run --silent build:ts
# Line numbers are all that reports need of debug symbols; the profile of a release would strip them.
RUSTFLAGS='-Zsanitizer=address -Cunsafe-allow-abi-mismatch=sanitizer' \
  CARGO_PROFILE_RELEASE_LTO=off CARGO_PROFILE_RELEASE_CODEGEN_UNITS=16 \
  CARGO_PROFILE_RELEASE_DEBUG=line-tables-only CARGO_PROFILE_RELEASE_STRIP=none \
  cargo +nightly build --quiet --release --target "$target" --target-dir "$built" -p stream-pipeline-node

rm -rf "$package" "$reports"
mkdir -p "$package" "$reports"
cp -r binding.cjs package.json tsconfig.json README.md vitest.config.ts index.ts lib dist __test__ examples scripts "$package/"
ln -s "$PWD/node_modules" "$package/node_modules"
cp "$built/$target/release/libstream_pipeline_node.so" "$package/stream-pipeline.linux-x64-gnu.node"

# - No search for leaks: what only JavaScript's heap refers to looks like one, and Node frees little at its end.
# - A code of its own, and reports in files: many tests expect a child to fail, and some look at what it says.
export ASAN_OPTIONS="detect_leaks=0:exitcode=66:log_path=$reports/asan"
status=0
(cd "$package" && LD_PRELOAD="$runtime" node node_modules/vitest/vitest.mjs run "$@") || status=$?

if [ -n "$(ls -A "$reports")" ]; then
  cat "$reports"/*
  echo "AddressSanitizer has found something: see above, and $reports." >&2
  exit 1
fi
exit "$status"
