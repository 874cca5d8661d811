// Checks what `descent schema` prints, with ajv and with yaml-language-server. The program is $DESCENT_PROGRAM.
'use strict';
const assert = require('node:assert/strict');
const { execFileSync } = require('node:child_process');
const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const { after, before, describe, it } = require('node:test');
const { pathToFileURL } = require('node:url');
const Ajv = require('ajv');
const YAML = require('yaml');
const { brokenExperiments, experimentFiles } = require('./corpus');
const { LanguageServer } = require('./language_server');
const { isUnseen, unseen, unseenByServer } = require('./unseen');

const descent = (...args) => execFileSync(process.env.DESCENT_PROGRAM, args, { encoding: 'utf8', maxBuffer: 1 << 26, stdio: 'pipe' });
const schema = descent('schema');
// Of strict mode: a condition on a key need not declare it again, nor its type.
const validate = new Ajv({ allErrors: true, strictRequired: false, strictTypes: false }).compile(JSON.parse(schema));
const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'descent-schema-'));
const server = new LanguageServer();

async function assertAccepted(name, text) {
  assert.ok(validate(YAML.parse(text)), `${name}: ${JSON.stringify(validate.errors)}`);
  assert.deepEqual(await server.diagnostics(name, text), [], name);
}

function isRefused(text) {
  try {
    return !validate(YAML.parse(text));
  } catch {
    return true; // it is no YAML
  }
}

function check(name, text) {
  const file = path.join(folder, `${name}.yaml`);
  fs.writeFileSync(file, text);
  descent('check', file);
}

const bowl = 'objective: {type: expression, expression: "w^2", start: {w: 1}}\noptimizer: sgd\n';
const data = 'data: {type: inline, x: [[1], [2]], y: [a, 2], split: {validation: 0.5}}\nloss: cross_entropy\noptimizer: sgd\n';
const base = `${data}model: {type: mlp, hidden: [2], activation: softplus}\ntrain: {epochs: 1}\n`;

const accepted = {
  'integral floats': bowl + 'train: {steps: 1e3}\nseed: 2.0\n',
  'the largest seed': bowl + 'train: {steps: 1}\nseed: 18446744073709551615\n',
  'full batches': data + 'model: softmax_regression\ntrain: {epochs: 1, batch_size: full}\n',
  groups: data.replace('sgd', '{type: sgd, groups: [{match: ".*bias", lr: 0}]}') + 'model: softmax_regression\ntrain: {epochs: 1}\n',
  'separate data': data.replace('split: {validation: 0.5}', 'test: {x: [[3]], y: [a]}') + 'model: softmax_regression\ntrain: {epochs: 1}\n',
  'layers in layers': data + 'model: {type: sequential, layers: [{type: residual, layers: [tanh]}, linear]}\ntrain: {epochs: 1}\n',
  'only changes': 'extends: base.yaml\noptimizer: {lr: 0.1}\nmodel: {activation: {beta: 2}}\ntrain: {clip: {norm: 1}}\n',
};

const refused = {
  'a scalar for a component that needs options': bowl + 'train: {steps: 1}\nschedule: step\n',
  'a value out of range in a changed file': 'extends: base.yaml\noptimizer: {type: sgd, lr: -1}\n',
  'a layer without type in a changed file': 'extends: base.yaml\nmodel: {type: sequential, layers: [{out: 3}]}\n',
  'an empty row': data.replace('[1]', '[]') + 'model: softmax_regression\ntrain: {epochs: 1}\n',
};

describe('the schema', { concurrency: true }, () => {
  before(async () => {
    const file = path.join(folder, 'schema.json');
    fs.writeFileSync(file, schema);
    fs.writeFileSync(path.join(folder, 'base.yaml'), base);
    await server.start(pathToFileURL(file).href);
  });
  after(async () => {
    await server.stop();
    fs.rmSync(folder, { recursive: true });
  });

  for (const [name, text] of Object.entries(accepted)) {
    it(`accepts ${name}, as the program does`, async () => {
      check(name, text);
      await assertAccepted(name, text);
    });
  }

  for (const file of experimentFiles()) {
    const name = path.basename(file, '.yaml');
    it(`accepts experiments/${name}`, () => assertAccepted(name, fs.readFileSync(file, 'utf8')));
    if (/^fashion/.test(name)) continue; // whose data need not be installed
    it(`accepts experiments/${name} with every default`, () => assertAccepted(`${name}_resolved`, descent('check', '--resolved', file)));
  }

  for (const [name, text] of Object.entries(refused)) {
    it(`refuses ${name}, as the program does`, async () => {
      assert.throws(() => check(name, text), { status: 3 });
      assert.ok(isRefused(text));
      assert.notDeepEqual(await server.diagnostics(name, text), []);
    });
  }

  for (const broken of brokenExperiments()) {
    const expected = !isUnseen(broken);
    it(`${expected ? 'refuses' : 'cannot refuse'} ${broken.name}`, async () => {
      assert.equal(isRefused(broken.text), expected, 'unseen.js lists what is accepted, and why');
      if (!expected || unseenByServer.has(broken.name)) return;
      const lines = (await server.diagnostics(broken.name, broken.text)).map(({ range }) => range.start.line + 1);
      assert.ok(lines.includes(broken.line), `expected in line ${broken.line}, told in lines [${lines}]`);
    });
  }

  it('is excused only for files that there are', () => {
    const names = new Set(brokenExperiments().map(({ name }) => name));
    assert.deepEqual([...unseen.keys(), ...unseenByServer].filter((name) => !names.has(name)), []);
  });

  for (const [text, line, column, message] of [
    [bowl + 'train: {steps: 1, clip: {norm: 0}}', 3, 32, /exclusive minimum of 0/],
    [bowl + 'train: {steps: 1, stesp: 2}', 3, 19, /stesp is not allowed/],
    [bowl + 'train: {steps: 1}\nloss: mse', 4, 1, /loss is not allowed/],
    [bowl.replace('sgd', '{type: sgd, rho: 1}') + 'train: {steps: 1}', 2, 24, /rho is not allowed/],
    [bowl.replace('sgd', 'adagrd') + 'train: {steps: 1}', 2, 12, /Valid values: .*"adagrad"/],
  ]) {
    it(`lets an editor say ${message} at ${line}:${column}`, async () => {
      const [first, ...others] = await server.diagnostics(`place_${line}_${column}`, text);
      assert.deepEqual([first.range.start, others], [{ line: line - 1, character: column - 1 }, []]);
      assert.match(first.message, message);
    });
  }

  for (const [name, text, label] of [
    ['a component', 'optimizer: ', 'adagrad'],
    ['a type', 'optimizer: {type: ', 'adagrad'],
    ['an option of the type', 'optimizer:\n  type: adagrad\n  ', 'lr_decay'],
    ['a layer', 'model:\n  type: sequential\n  layers:\n    - ', 'tanh'],
    ['a choice', 'log: {loss: ', 'last'],
  ]) {
    it(`lets an editor complete ${name}`, async () => {
      const labels = await server.completions(`complete ${name}`, text);
      assert.ok(labels.includes(label), labels.join(' '));
    });
  }
});
