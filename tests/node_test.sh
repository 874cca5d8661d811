#!/bin/sh
# Runs a test in JavaScript against PROGRAM, where node and the packages of package-lock.json are installed: node_test.sh PROGRAM TEST [NEEDED]
# NEEDED is another program without which the test is skipped.
set -eu
program=$1 test=$2 needed=${3-node}
cd "$(dirname "$0")/.."
if ! command -v node >/dev/null || [ ! -d node_modules ] || ! command -v "$needed" >/dev/null; then
  echo "skipped: it needs node, $needed and what 'npm ci' installs; ./dev test sees to all"
  exit 77
fi
DESCENT_PROGRAM=$program exec node "$test"
