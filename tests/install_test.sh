#!/bin/sh
# A user's program outside the tree: what `descent new` writes, built against the installed library, lists the built-in components and its own
# and runs its experiments. The installed folder is moved before, so nothing may remember where it was.
# usage: install_test.sh CMAKE BUILD_FOLDER COMPILER [FLAGS]
set -eu
cmake=$1
build=$2
compiler=$3
flags=${4-}
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT

fail() {
  echo "install_test: $*"
  exit 1
}

"$cmake" --install "$build" --prefix "$scratch/staged" >/dev/null
mv "$scratch/staged" "$scratch/installed"
descent=$scratch/installed/bin/descent
project=$scratch/project

"$descent" new "$project"
"$cmake" -G Ninja -S "$project" -B "$project/build" -DCMAKE_PREFIX_PATH="$scratch/installed" \
  -DCMAKE_CXX_COMPILER="$compiler" -DCMAKE_CXX_FLAGS="$flags"
"$cmake" --build "$project/build"
program=$project/build/train

"$descent" list >"$scratch/builtin"
"$program" list >"$scratch/all"
grep -q adagrad "$scratch/builtin" || fail "the installed program has no built-in components"
lost=$(grep -vxF -f "$scratch/all" "$scratch/builtin") && fail "the user's program lacks built-in components: $lost"
grep -qvxF -f "$scratch/builtin" "$scratch/all" || fail "the user's program has no components of its own"

cd "$scratch"
"$program" run "$project/experiment.yaml" --quiet
