#!/bin/sh
# The Python package: installed by pip into build/venv as a user would, then its tests and the
# examples in its docstrings; and the same fingerprint from the package that CMake builds.
set -eu
sh python/environment.sh
python=build/venv/bin/python3
# -I: neither this folder nor the environment can offer another `postroad`.
$python -I -m pytest --quiet --import-mode=importlib -o addopts= -p no:cacheprovider \
    --override-ini=pythonpath=python/tests --doctest-modules --pyargs postroad python/tests

# The installed command checks a lab, beside the labs it was installed with.
solution=labs/05-the-mx-ladder/solution/scenario.toml
if build/venv/bin/postroad check the-mx-ladder >/dev/null ||
    ! build/venv/bin/postroad check the-mx-ladder --scenario "$solution" --student s42 >/dev/null; then
    echo "the installed command does not tell a solved lab from one that is not"
    exit 1
fi

told=$(build/venv/bin/postroad run first-message --json)
from_build=$(PYTHONPATH=${POSTROAD_BUILD_DIR:-build/release}/python $python -c '
import postroad
assert "/venv/" not in postroad.__file__, postroad.__file__
print(postroad.lab("first-message").world().run().fingerprint)')
case $told in
*"$from_build"*) ;;
*)
    echo "build/release/python has the fingerprint $from_build, the installed command says $told"
    exit 1
    ;;
esac
