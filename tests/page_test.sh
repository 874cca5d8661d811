#!/bin/sh
# Opens the report pages that PROGRAM writes in Chromium, where that, node and the packages of package-lock.json are installed:
# page_test.sh PROGRAM
set -eu
cd "$(dirname "$0")/.."
if ! command -v node >/dev/null || [ ! -d node_modules/playwright-core ] || [ ! -x /usr/bin/chromium ]; then
  echo "skipped: it needs chromium, which ./dev packages ci installs, node and what 'npm ci' installs"
  exit 77
fi
DESCENT_PROGRAM=$1 exec node tests/report/page_test.js
