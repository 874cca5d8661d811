// The experiment files that the C++ tests refuse, as tests/experiment/broken_experiments.txt describes itself.
'use strict';
const fs = require('node:fs');
const path = require('node:path');

const root = path.join(__dirname, '..', '..');

// [{name, text, code, line, column}]: the exit code, and the first place that the report names (both from 1).
function brokenExperiments() {
  const text = fs.readFileSync(path.join(root, 'tests/experiment/broken_experiments.txt'), 'utf8');
  const [head, ...cases] = text.split(/^=== /m);
  const common = new Map();
  for (const [, name, line] of head.matchAll(/^(@\w+) (.*)$/gm)) common.set(name, line);
  return cases.map((part) => {
    const [, name, body, code, report] = /^(.*)\n([^]*?)^>>> (\d)\n([^]*)$/m.exec(part);
    const [, line, column] = /(\d+):(\d+): /.exec(report);
    const lines = body.replace(/^@\w+$/gm, (reference) => common.get(reference));
    return { name, text: lines, code: Number(code), line: Number(line), column: Number(column) };
  });
}

function experimentFiles() {
  const folder = path.join(root, 'experiments');
  return fs.readdirSync(folder).filter((name) => name.endsWith('.yaml')).map((name) => path.join(folder, name));
}

module.exports = { brokenExperiments, experimentFiles };
