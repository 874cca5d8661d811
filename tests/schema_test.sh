#!/bin/sh
# Checks the schema that PROGRAM prints, where node and the packages of package-lock.json are installed: schema_test.sh PROGRAM
set -eu
cd "$(dirname "$0")/.."
if ! command -v node >/dev/null || [ ! -d node_modules ]; then
  echo "skipped: it needs node and what 'npm ci' installs; ./dev test sees to both"
  exit 77
fi
DESCENT_PROGRAM=$1 exec node tests/schema/schema_test.js
