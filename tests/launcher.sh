#!/bin/sh
# The launcher ./postroad against stand-ins for dpkg, apt, cmake and ctest: what it installs, when
# it builds, what it says. Each stand-in writes its call to `calls`.
set -eu
launcher=$(pwd)/postroad
place=$(mktemp -d)
trap 'rm -rf "$place"' EXIT
clone=$place/clone
bin=$place/bin
calls=$place/calls
mkdir "$clone" "$bin" "$clone/sim" "$clone/command" "$clone/tests"
cp "$launcher" "$clone/postroad"
: >"$clone/sim/old.cpp"

# --- the stand-ins ---
for tool in sh env dirname readlink sed grep cat cut printf mkdir rm mv cp ls head tail date find \
    flock nproc chmod touch; do
    ln -s "$(command -v $tool)" "$bin/$tool" 2>/dev/null || true
done
stand_in() { { printf '#!/bin/sh\n'; cat; } >"$bin/$1"; chmod +x "$bin/$1"; }
stand_in dpkg-query <<'END'
shift 3
for package in "$@"; do
    case " $MISSING " in *" $package "*) ;; *) echo "$package installed" ;; esac
done
END
stand_in id <<'END'
echo "$USER_ID"
END
stand_in sudo <<'END'
if [ "$1" = -v ]; then exit 0; fi
printf 'sudo ' >>"$CALLS"
exec "$@"
END
stand_in apt-get <<'END'
echo "apt-get $*" >>"$CALLS"
case $* in *update*) : >"$CALLS.updated"; exit 0 ;; esac
[ "$APT" = works ] || { [ "$APT" = stale ] && [ -e "$CALLS.updated" ]; } ||
    { echo "E: Unable to fetch some archives"; exit 100; }
END
stand_in apt-cache <<'END'
exit 0
END
stand_in cmake <<'END'
echo "cmake $*" >>"$CALLS"
[ "$CMAKE" = works ] || { echo "sim/old.cpp:7:1: error: no such thing"; exit 1; }
for build in release asan clang dev; do
    mkdir -p "build/$build"
    for program in postroad postroad-view postroad_tests fingerprint; do
        cp "$PROGRAM" "build/$build/$program"
    done
done
END
stand_in ctest <<'END'
echo "ctest $*" >>"$CALLS"
echo "100% tests passed, 0 tests failed out of 7"
END
cat >"$place/program" <<'END'
#!/bin/sh
for argument in "$@"; do echo "argument: $argument"; done
exit 3
END
chmod +x "$place/program"

# launch ARGS...: one run of the launcher; leaves $status, $place/out, $place/err and calls.
launch() {
    : >"$calls"
    rm -f "$calls.updated"
    status=0
    PATH=$bin CALLS=$calls PROGRAM=$place/program MISSING=${missing-} USER_ID=${user-0} \
        APT=${apt-works} CMAKE=${cmake-works} "$clone/postroad" "$@" \
        >"$place/out" 2>"$place/err" || status=$?
}

# --- expectations ---
wrong=0
expect() { # expect SENTENCE COMMAND...
    sentence=$1
    shift
    if "$@" >/dev/null 2>&1; then
        echo "ok: $sentence"
    else
        wrong=1
        echo "NOT SO: $sentence"
        for part in out err calls; do sed "s/^/    $part: /" "$place/$part"; done
        echo "    status: $status"
    fi
}
said() { grep -qF -- "$1" "$place/err"; }
called() { grep -qF -- "$1" "$calls"; }
never_called() { ! called "$1"; }

launch run first-message --title 'two words'
expect "the first run builds a release" called 'cmake --build build/release'
expect "nothing missing means apt is not asked, so it works offline" never_called apt
expect "arguments arrive as they were written" grep -qxF 'argument: two words' "$place/out"
expect "the command's exit status is handed on" [ "$status" -eq 3 ]
expect "stdout is the command's own" [ "$(grep -vc '^argument: ' "$place/out")" -eq 0 ]
expect "each step says its seconds" grep -qE 'build release .* [0-9]+ s$' "$place/err"

began=$(date +%s%N)
launch run first-message
took_ms=$((($(date +%s%N) - began) / 1000000))
expect "the second run builds nothing" [ ! -s "$calls" ]
expect "the second run says nothing" [ ! -s "$place/err" ]
expect "the second run starts within a second (took $took_ms ms)" [ "$took_ms" -lt 1000 ]

: >"$clone/sim/new.cpp"
launch run
expect "a new source file means a build" called 'cmake --build'
rm "$clone/sim/old.cpp"
launch run
expect "a source file that is gone means a build" called 'cmake --build'
launch run
expect "and then none" never_called cmake
: >"$clone/tests/some_test.cpp"
launch run
expect "a changed test is no reason to build the command" never_called cmake

rm -rf "$clone/build"
missing='ninja-build libldns-dev' user=1000
rm -f "$bin/ninja"
launch run
expect "a missing package is named with its reason" grep -qE 'ninja-build +runs the build' "$place/err"
expect "sudo is used when not root" \
    called 'sudo apt-get -o DPkg::Lock::Timeout=300 install -y --no-install-recommends ninja-build'
expect "package lists are not renewed without need" never_called update
stand_in ninja </dev/null
rm -rf "$clone/build"
missing='ninja-build' user=0
launch run
expect "a tool on PATH is as good as its package" never_called apt-get
rm "$bin/ninja" "$bin/sudo"
rm -rf "$clone/build"
user=1000
launch run
expect "without sudo it says what root should do" said 'apt-get install --no-install-recommends ninja-build'
expect "and stops" [ "$status" -eq 125 ]

user=0 apt=stale
launch run
expect "stale package lists are renewed and the install tried again" called update
expect "which then works" called 'cmake --build'
rm -rf "$clone/build"
apt=broken
launch run
expect "a failed install names the step" said 'this step failed: install ninja-build'
expect "and the log file" said "$clone/build/log/install.log"
expect "and nothing is built on top" never_called cmake

missing='' apt=works cmake=broken
launch run
expect "a failed build names the step" said 'this step failed: configure release'
expect "and shows the error" said 'sim/old.cpp:7:1: error: no such thing'
expect "and exits with 125" [ "$status" -eq 125 ]

cmake=works
launch test --long -R smtp
for preset in release asan clang dev; do
    expect "test --long builds $preset" called "cmake --build build/$preset"
done
expect "ctest gets the other arguments" called '-R smtp'
expect "the last line is ctest's summary" \
    [ "$(tail -n 1 "$place/out")" = "100% tests passed, 0 tests failed out of 7" ]
expect "and the status is ctest's" [ "$status" -eq 0 ]
launch test
launch test
expect "a second test run builds nothing" never_called cmake
expect "but tests again" called ctest

launch view first-message
expect "view builds the visualiser" [ -x "$clone/build/release/postroad-view" ]
launch view first-message
expect "and builds it once" never_called cmake
rm -rf "$clone/build"
missing='libimgui-dev' # and its header is not here either
sed -i 's,|imgui/imgui.h|,|nowhere/imgui.h|,' "$clone/postroad"
launch run first-message
expect "the first message needs no library that draws" never_called apt-get
expect "and does not wait for the visualiser" never_called postroad-view
launch view first-message
expect "view installs what draws" called libimgui-dev
expect "and then builds it" called '--target postroad postroad-view'
missing=''

launch bench smtp --json
expect "bench builds the limit programs" called 'simulator_limit event_core_limit'
mv "$clone" "$place/moved"
clone=$place/moved
launch run
expect "a clone that was moved is built anew" called 'cmake --build'

exit "$wrong"
