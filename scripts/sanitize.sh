#!/usr/bin/env bash
# The engine's tests under ThreadSanitizer, AddressSanitizer and LeakSanitizer. With `quick`: those in which most threads
# meet, under ThreadSanitizer, and under AddressSanitizer, which looks for leaks too.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

target=x86_64-unknown-linux-gnu
quick=(
  abort block_loses_nothing blocked_push drop_oldest dropped_pipeline hosted input_handles panic_at_any_message
  repeated_ends snapshots stopped_consumer wait_from_inside
)

case "${1:-}" in
  '') rounds=3 ;;
  quick) rounds=1 ;;
  *) echo "usage: npm run sanitize [-- quick]" >&2; exit 2 ;;
esac

if ! cargo +nightly --version >/dev/null 2>&1; then
  echo 'The sanitizers need a nightly toolchain; there is none. Trying: rustup toolchain install nightly --profile minimal'
  if ! rustup toolchain install nightly --profile minimal; then
    echo 'No nightly toolchain could be installed, so nothing was sanitized: see what rustup said above.' >&2
    exit 1
  fi
fi

# Tests of package $2 under sanitizer $1; the rest is for cargo. Line numbers are all that reports need of debug symbols.
tests() {
  local sanitizer=$1 package=$2
  shift 2
  printf '\n--- %s: %s %s\n' "$sanitizer" "$package" "$*"
  RUSTFLAGS="-Zsanitizer=$sanitizer -Cunsafe-allow-abi-mismatch=sanitizer" CARGO_PROFILE_TEST_DEBUG=line-tables-only \
    cargo +nightly test --quiet --target "$target" --target-dir "target/sanitize/$sanitizer" -p "$package" "$@"
}

# A harness of one thread hands no results about. A backtrace for each panic of a test that panics a hundred times takes
# minutes.
export RUST_TEST_THREADS=1 RUST_BACKTRACE=0
export TSAN_OPTIONS="suppressions=$PWD/scripts/tsan-suppressions.txt"
export ASAN_OPTIONS=detect_leaks=1

if [ "$rounds" = 1 ]; then
  for sanitizer in thread address; do
    tests "$sanitizer" stream-pipeline --test behaviour -- "${quick[@]}"
  done
  exit
fi

# Left out is what limits or asserts the memory of the process: the sanitizers keep their own books in it.
for sanitizer in thread address leak; do
  tests "$sanitizer" stream-pipeline --lib --test fold --test idle_pipelines_use_no_cpu --test quiet_panics
  for _ in $(seq "$rounds"); do
    tests "$sanitizer" stream-pipeline --test behaviour
  done
  tests "$sanitizer" stream-pipeline-stages --test stages
done
for sanitizer in thread leak; do
  tests "$sanitizer" stream-pipeline --test ended_pipelines_leave_nothing
done
