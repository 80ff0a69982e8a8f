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

# A code of its own, and reports in files: many tests expect a child to fail, and some look at what it says.
options="exitcode=66:log_path=$reports/asan"
sanitized() {
  (cd "$package" && LD_PRELOAD="$runtime" "$@")
}

# Left out is what asserts memory or how soon something happens: the sanitizer takes its share of both; and what looks at
# the files of a release. No search for leaks: what only JavaScript's heap refers to looks like one.
status=0
ASAN_OPTIONS="detect_leaks=0:$options" sanitized node node_modules/vitest/vitest.mjs run \
  --exclude '**/million-through-javascript.test.ts' --exclude '**/timers-under-full-load.test.ts' \
  --exclude '**/release-gate.test.ts' "$@" || status=$?

# Where everything was let go of and collected, and each worker has ended, JavaScript's heap refers to nothing of ours.
if [ $# = 0 ]; then
  for state in in-main in-workers; do
    printf '\n--- leaks of forgotten pipelines, %s\n' "$state"
    ASAN_OPTIONS="detect_leaks=1:$options" LSAN_OPTIONS="suppressions=$PWD/scripts/lsan-node-suppressions.txt" \
      sanitized node --expose-gc __test__/endings/programs/forgotten.mjs "{ \"state\": \"$state\", \"rounds\": 5 }" ||
      status=$?
  done
fi

# LeakSanitizer also writes which suppressions it has used.
if grep -q 'ERROR: ' "$reports"/* 2>/dev/null; then
  cat "$reports"/*
  echo "AddressSanitizer has found something: see above, and $reports." >&2
  exit 1
fi
exit "$status"
