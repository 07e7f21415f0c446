#!/bin/sh
# Makes or renews build/venv: one virtual environment with the package as pip installs it from this
# tree, and what its tests and notebooks use. Says nothing when there is nothing to do.
set -eu
root=$(dirname -- "$(dirname -- "$(readlink -f -- "$0")")")
cd "$root"
venv=$root/build/venv
stamp=$root/build/.stamp-venv
# The interpreter is named: another python3 may be first on PATH. It must be the one of the tests.
python=${POSTROAD_PYTHON:-/usr/bin/python3}
mkdir -p build

fresh() {
    [ -e "$stamp" ] && [ "$(cat "$stamp")" = "$root $python" ] && [ -x "$venv/bin/postroad" ] &&
        [ -z "$(find pyproject.toml CMakeLists.txt cmake protocols sim command labs \
            python/CMakeLists.txt python/module python/postroad \
            -name __pycache__ -prune -o -newer "$stamp" -print -quit)" ]
}

renew() {
    fresh && return
    printf '%s %s\n' "$root" "$python" >build/.stamp-venv-new
    "$venv/bin/python3" -c '' 2>/dev/null || {
        rm -rf "$venv"
        "$python" -m venv "$venv"
    }
    # The compiler and options of ./postroad, so that ccache knows most files already.
    CMAKE_BUILD_PARALLEL_LEVEL=$(nproc) "$venv/bin/python3" -m pip install \
        --disable-pip-version-check --quiet --config-settings=cmake.define.CMAKE_CXX_COMPILER=g++ \
        --config-settings=cmake.define.CMAKE_COLOR_DIAGNOSTICS=ON \
        "$root[test]"
    mv build/.stamp-venv-new "$stamp"
}

{
    flock 9
    renew
} 9>build/.lock-venv >&2
