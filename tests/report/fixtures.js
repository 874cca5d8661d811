// Folders as sweeps and comparisons leave them, made by hand: the pages are tested on what the formats allow, not on what one run gives.
'use strict';
const fs = require('node:fs');
const path = require('node:path');

const rules = {
  sgd: (s, g, lr) => lr * g,
  momentum: (s, g, lr) => lr * (s.m = 0.9 * (s.m ?? 0) + g),
  adagrad: (s, g, lr) => (lr * g) / (Math.sqrt((s.v = (s.v ?? 0) + g * g)) + 1e-10),
  rmsprop: (s, g, lr) => (lr * g) / (Math.sqrt((s.v = 0.99 * (s.v ?? 0) + 0.01 * g * g)) + 1e-8),
  adam(s, g, lr) {
    s.t = (s.t ?? 0) + 1;
    s.m = 0.9 * (s.m ?? 0) + 0.1 * g;
    s.v = 0.999 * (s.v ?? 0) + 0.001 * g * g;
    return (lr * s.m) / (1 - 0.9 ** s.t) / (Math.sqrt(s.v / (1 - 0.999 ** s.t)) + 1e-8);
  },
};

const problems = {
  bowl: {
    formula: 'w^2 + 10*b^2',
    names: ['w', 'b'],
    start: [4, 1.5],
    minimisers: [[0, 0]],
    minimum: 0,
    box: [
      [-1.5, 4.6],
      [-1.2, 1.8],
    ],
    steps: 100,
    f: ([w, b]) => w * w + 10 * b * b,
    g: ([w, b]) => [2 * w, 20 * b],
    lr: { sgd: 0.04, momentum: 0.02, adagrad: 1, rmsprop: 0.06, adam: 0.2 },
  },
  rosenbrock: {
    formula: '(1 - x)^2 + 100*(y - x^2)^2',
    names: ['x', 'y'],
    start: [-1.2, 1],
    minimisers: [[1, 1]],
    minimum: 0,
    box: [
      [-1.7, 1.5],
      [-0.5, 1.8],
    ],
    steps: 400,
    f: ([x, y]) => (1 - x) ** 2 + 100 * (y - x * x) ** 2,
    g: ([x, y]) => [-2 * (1 - x) - 400 * x * (y - x * x), 200 * (y - x * x)],
    lr: { sgd: 0.002, momentum: 0.02, adagrad: 0.5, rmsprop: 0.02, adam: 0.08 },
  },
  parabola: {
    formula: 'x^2 + 1',
    names: ['x'],
    start: [5],
    minimisers: [[0]],
    minimum: 1,
    box: [[-1, 5.6]],
    steps: 50,
    f: ([x]) => x * x + 1,
    g: ([x]) => [2 * x],
    lr: { sgd: 0.1, momentum: 0.05, adagrad: 1.5, rmsprop: 0.2, adam: 0.6 },
  },
};

// A generator of uniform numbers (mulberry32).
function random(seed) {
  let a = seed;
  return () => {
    a = (a + 0x6d2b79f5) | 0;
    let t = Math.imul(a ^ (a >>> 15), 1 | a);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

const json = (x) => (Number.isFinite(x) ? x : null);
const spaced = ([low, high], n) => Array.from({ length: n }, (_, i) => low + ((high - low) * i) / (n - 1));

function quantiles(values) {
  const sorted = values.map((x) => x ?? Infinity).sort((a, b) => a - b);
  const at = (q) => json(sorted[Math.round(q * (sorted.length - 1))]);
  return { median: at(0.5), q25: at(0.25), q75: at(0.75), low: at(0.35), high: at(0.65) };
}

function descend(problem, rule, lr, noise) {
  const states = problem.start.map(() => ({}));
  let point = [...problem.start];
  const records = { step: [0], params: [point.map(json)], loss: [problem.f(point)] };
  for (let step = 1; step <= problem.steps; ++step) {
    const gradient = problem.g(point).map((g) => g * (1 + 0.2 * (noise() - 0.5)));
    point = point.map((x, i) => x - rule(states[i], gradient[i], lr));
    records.step.push(step);
    records.params.push(point.map(json));
    records.loss.push(json(problem.f(point)));
    if (!Number.isFinite(problem.f(point))) break;
  }
  return records;
}

function outcome(problem, rule, lr, seeds) {
  const runs = seeds.map((seed) => descend(problem, rule, lr, random(seed)));
  const values = runs.map(({ loss }) => loss.at(-1));
  const step = spaced([0, problem.steps], problem.steps + 1);
  const curve = step.map((at) => quantiles(runs.map(({ loss }) => loss[at] ?? null)));
  const column = (key) => curve.map((row) => row[key]);
  const times = runs.map(({ loss, step: at }) => at[loss.findIndex((x) => x !== null && x <= problem.minimum + 0.01)] ?? null);
  return {
    values,
    ...quantiles(values),
    diverged: values.filter((x) => x === null).length,
    evaluations: problem.steps,
    seconds: 2.3e-5,
    time_to_target: times,
    median_time_to_target: quantiles(times).median,
    curve: { step, median: column('median'), q25: column('q25'), q75: column('q75'), low: column('low'), high: column('high') },
  };
}

function pathOf(problem, rule, lr, seed) {
  const { step, params } = descend(problem, rule, lr, random(seed));
  return { step, params };
}

function sensitivity(problem, rule) {
  const lr = spaced([-4, 1], 11).map((x) => 10 ** x);
  const points = lr.map((rate) => quantiles([101, 102, 103].map((seed) => descend(problem, rule, rate, random(seed)).loss.at(-1))));
  return {
    option: 'lr',
    lr,
    median: points.map((p) => p.median),
    q25: points.map((p) => p.q25),
    q75: points.map((p) => p.q75),
    width_decades: 1.5,
  };
}

function compareProblem(name, labels, seeds) {
  const problem = problems[name];
  const kinds = Object.keys(rules);
  const optimizers = labels.map((label, i) => {
    const rule = rules[kinds[i % kinds.length]];
    const lr = problem.lr[kinds[i % kinds.length]];
    return {
      name: label,
      options: {},
      chosen: { lr },
      at_edge: i === 2 ? ['lr'] : [],
      tuned: outcome(problem, rule, lr, seeds),
      as_given: outcome(problem, rule, i === 1 ? 0.3 : 0.01, seeds),
      sensitivity: sensitivity(problem, rule),
      path: pathOf(problem, rule, lr, seeds[0]),
    };
  });
  const order = labels.map((_, i) => i).sort((a, b) => (optimizers[a].tuned.median ?? 1e300) - (optimizers[b].tuned.median ?? 1e300));
  const rank = (i) => order.indexOf(i) + 1;
  const p = labels.map((_, i) => labels.map((__, j) => (i === j ? 1 : Math.abs(rank(i) - rank(j)) > 1 ? 0.0195 : 0.232)));
  const [xs, ys] = problem.box;
  const x = spaced(xs, ys ? 65 : 241);
  const grid = ys
    ? { x, y: spaced(ys, 65), f: spaced(ys, 65).map((b) => x.map((a) => problem.f([a, b]))) }
    : { x, f: x.map((a) => problem.f([a])) };
  const tied = order.slice(0, 2).map((i) => labels[i]);
  return {
    name,
    file: `${name}.yaml`,
    metric: 'loss',
    steps: problem.steps,
    seeds_matter: true,
    target: { metric: 'loss', value: problem.minimum + 0.01 },
    objective: {
      formula: problem.formula,
      names: problem.names,
      start: problem.start,
      minimum: problem.minimum,
      minimisers: problem.minimisers,
      grid,
    },
    optimizers,
    ranking: {
      order: order.map((i) => labels[i]),
      tied,
      winner: null,
      verdict: `No winner: ${tied.join(' and ')} are tied for the lowest median loss; all others are worse.`,
      p,
      effect: labels.map((_, i) => labels.map((__, j) => Math.sign(rank(i) - rank(j)))),
      mean_rank: labels.map((_, i) => rank(i) + 0.1),
      median: optimizers.map(({ tuned }) => tuned.median),
    },
  };
}

function comparison(labels = Object.keys(rules), names = Object.keys(problems)) {
  const seeds = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10];
  const list = names.map((name) => compareProblem(name, labels, seeds));
  const times = labels.map((_, i) => list.map(({ optimizers }) => optimizers[i].tuned.median_time_to_target ?? Infinity));
  const ratios = times.map((row) => row.map((t, j) => json(t / Math.min(...times.map((other) => other[j])))));
  return {
    kind: 'compare',
    name: 'tutorial_five',
    status: 'done',
    metric: 'loss',
    higher_is_better: false,
    protocol: {
      tune: { lr: { log_grid: [1e-4, 10, 11] }, seeds: [101, 102, 103] },
      tuning_seeds: [101, 102, 103],
      tuning_trials: Object.fromEntries(labels.map((label) => [label, 33])),
      choice: 'the least median over the tuning seeds',
      seeds,
      budget: 'as many gradient evaluations for every run as the problem has steps',
      test: "exact paired signed-rank test over seeds, Holm's correction over all pairs, 0.05",
    },
    counts: { trials: 43 * labels.length * list.length, steps: 118250, evaluations: 118250 },
    seconds: 0.0834,
    problems: list,
    profile: { r_max: 4, ratios, score: labels.map((_, i) => 0.9 - 0.1 * i), optimizers: labels },
    overall: { optimizers: labels, mean_rank: labels.map((_, i) => 1.4 + 0.7 * i) },
  };
}

function sweep(trials = 10000) {
  const next = random(7);
  const side = Math.ceil(Math.sqrt(trials / 4));
  const lr = spaced([-4, 1], side).map((x) => 10 ** x);
  const decay = spaced([-6, -1], side).map((x) => 10 ** x);
  const list = Array.from({ length: trials }, (_, trial) => {
    const set = {
      'optimizer.lr': lr[trial % side],
      'optimizer.weight_decay': decay[Math.floor(trial / side) % side],
      seed: Math.floor(trial / side / side),
    };
    const diverged = set['optimizer.lr'] > 3;
    const value = diverged
      ? null
      : 0.02 + (Math.log10(set['optimizer.lr']) + 0.5) ** 2 * 0.1 + set['optimizer.weight_decay'] + 0.05 * next();
    return {
      trial,
      set,
      status: diverged ? 'diverged' : 'done',
      steps: diverged ? 17 : 100,
      evaluations: diverged ? 17 : 100,
      value,
    };
  });
  const order = list.map(({ trial }) => trial).sort((a, b) => (list[a].value ?? Infinity) - (list[b].value ?? Infinity));
  const { trial, set, value } = list[order[0]];
  const count = (status) => list.filter((one) => one.status === status).length;
  return {
    kind: 'sweep',
    name: 'rates',
    status: 'done',
    metric: 'validation/loss',
    higher_is_better: false,
    axes: [
      { path: 'optimizer.lr', values: lr },
      { path: 'optimizer.weight_decay', values: decay },
      { path: 'seed', values: [0, 1, 2, 3] },
    ],
    counts: { trials, done: count('done'), diverged: count('diverged'), crashed: 0, steps: 100 * trials, evaluations: 100 * trials },
    seconds: 0.52,
    trials: list,
    order,
    best: { trial, set, value },
  };
}

const meta = {
  version: '0.1.0',
  compiler: 'g++ 12.2.0',
  arguments: ['build/descent', 'compare', 'experiments/tutorial five.yaml'],
  seed: 0,
  threads: 1,
  started: '2026-11-25T04:19:16Z',
  finished: '2026-11-25T04:19:17Z',
};

// A folder that `descent report` takes for that of the sweep or comparison.
function writeFolder(folder, summary) {
  fs.mkdirSync(folder, { recursive: true });
  const files = {
    'summary.json': JSON.stringify(summary),
    'meta.json': JSON.stringify(meta),
    'resolved.yaml': `version: 1\nname: ${summary.name}\n`,
  };
  for (const [name, content] of Object.entries(files)) fs.writeFileSync(path.join(folder, name), content);
  return folder;
}

module.exports = { comparison, sweep, writeFolder, meta };
