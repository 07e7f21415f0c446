#!/bin/sh
# usage: bench/rivals/run.sh NAME ARGS...
#   ns3_smtp --pairs=100 --msgs=10    simpy_smtp 100 10    hold_ns3 Heap 1000 1e6    hold_simpy 1000 1e6
# Installs what the rival needs, builds it into build/rivals, runs it. Its last line on stdout is a
# unit and a plain number, `messages/s 712` or `events/s 6200000`, per CPU-second.
set -eu
root=$(readlink -f -- "$(dirname -- "$0")/../..")
name=${1:?usage: bench/rivals/run.sh NAME ARGS...}
shift

"$root/postroad" --need build rivals
built=$root/build/rivals
mkdir -p "$built"
if [ -e "$root/bench/rivals/$name.py" ]; then
    exec env PYTHONDONTWRITEBYTECODE=1 /usr/bin/python3 "$root/bench/rivals/$name.py" "$@"
fi
source=$root/bench/rivals/$name.cc
if [ ! -e "$source" ]; then
    echo "there is no rival called $name in bench/rivals" >&2
    exit 2
fi
if [ ! -x "$built/$name" ] || [ -n "$(find "$source" -newer "$built/$name")" ]; then
    # The libraries by name: ns-3's pkg-config files ask for others that are not installed.
    g++ -std=c++17 -O3 -DNDEBUG -march=x86-64-v2 "$source" -o "$built/$name.new" \
        -Wl,--as-needed -lns3-core -lns3-network -lns3-internet -lns3-point-to-point \
        >"$built/$name.log" 2>&1 || {
        tail -n 12 "$built/$name.log" >&2
        echo "$name did not build; the whole log: $built/$name.log" >&2
        exit 1
    }
    mv "$built/$name.new" "$built/$name"
fi
cd "$built"
exec "$built/$name" "$@"
