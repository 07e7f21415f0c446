#!/bin/sh
# One scenario and seed give one fingerprint, whoever compiled the program: g++ and clang++,
# optimised and not. Every build's `fingerprint` must print the same lines.
set -eu
out=$(mktemp -d)
trap 'rm -rf "$out"' EXIT

builds='release clang asan'
if [ -n "${POSTROAD_LONG-}" ]; then builds="$builds dev"; fi

for build in $builds; do
    if [ ! -x "build/$build/fingerprint" ]; then
        echo "build/$build/fingerprint is missing: ./postroad test builds it"
        exit 1
    fi
    "build/$build/fingerprint" >"$out/$build" &
done
wait

lines=$(wc -l <"$out/release")
if [ "$lines" -eq 0 ]; then
    echo "build/release/fingerprint printed nothing"
    exit 1
fi
status=0
for build in $builds; do
    if ! diff "$out/release" "$out/$build" >"$out/differences"; then
        echo "build/release (<) and build/$build (>) differ:"
        head -n 10 "$out/differences"
        status=1
    fi
done
[ "$status" -ne 0 ] || echo "$lines fingerprints agree between: $builds"
exit "$status"
