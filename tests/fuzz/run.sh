#!/bin/sh
# usage: tests/fuzz/run.sh NAME [libFuzzer's options]
# Feeds one fuzzer of the asan build for 5 seconds (60 with POSTROAD_LONG), starting from the
# examples in tests/fuzz/corpus/NAME if there are any. What it finds is kept in build/fuzz/NAME.
set -eu
name=$1
shift
fuzzer=build/asan/${name}_fuzz
if [ ! -x "$fuzzer" ]; then
    echo "$fuzzer is missing: ./postroad test builds it"
    exit 1
fi
found=build/fuzz/$name
mkdir -p "$found/corpus"
set -- "$@" "$found/corpus"
if [ -d "tests/fuzz/corpus/$name" ]; then set -- "$@" "tests/fuzz/corpus/$name"; fi

seconds=5
if [ -n "${POSTROAD_LONG-}" ]; then seconds=60; fi
# A gigabyte is far above what any of our bounds allow one input to take.
if ! "$fuzzer" -max_total_time=$seconds -timeout=10 -rss_limit_mb=1024 -print_final_stats=1 \
    -artifact_prefix="$found/" "$@" >"$found/log" 2>&1; then
    tail -n 60 "$found/log"
    echo "replay it with: $fuzzer $found/THE-FILE-NAMED-ABOVE"
    exit 1
fi
grep -E 'number_of_executed_units|peak_rss' "$found/log"
