// The page of a comparison.

const names = (list) => list.map(({ name }) => name);

const never = (x) => (x === null || x === undefined ? '∞' : count(x));

// What an optimizer did with the options that tuning chose, or without tuning as given.
const result = (one) => one.tuned ?? one.default;

const isTuned = (optimizers) => optimizers.some(({ tuned }) => tuned);

const upperFirst = (text) => text[0].toUpperCase() + text.slice(1);

function protocolFacts({ protocol, metric, higher_is_better: higher }) {
  const tuned = Object.entries(protocol.tune ?? {}).filter(([key]) => key !== 'seeds');
  const searched = ([key, how]) => (how?.log_grid ? `${key} at ${how.log_grid[2]} values, ${num(how.log_grid[0])} … ${num(how.log_grid[1])}` : `${key} ${value(how)}`);
  const trials = Object.values(protocol.tuning_trials ?? {});
  return facts([
    ['metric', `${metric}, ${higher ? 'higher' : 'lower'} is better`],
    ['tuned, the same for all', tuned.map(searched).join('; ') || 'nothing: options as given'],
    ['tuning seeds', ranges(protocol.tuning_seeds)],
    ['evaluation seeds', ranges(protocol.seeds)],
    ['tuning trials', tuned.length > 0 && (unique(trials).length === 1 ? `${count(trials[0])} for each optimizer` : options(protocol.tuning_trials))],
    ['choice', protocol.choice],
    ['budget', protocol.budget],
    ['test', protocol.test],
  ]);
}

// The values of the seeds as one line: quartiles as a bar, the median as a dot, each seed as a tick.
function strip({ values, median, q25, q75 }, [low, high], log, index) {
  if (typeof median !== 'number') return null;
  const f = (x) => (log ? Math.log10(Math.max(x, Number.MIN_VALUE)) : x);
  const span = f(high) - f(low) || 1;
  const at = (x) => 4 + 132 * clamp((f(x) - f(low)) / span, [0, 1]);
  const ticks = finite(values ?? []).map((x) => svg('line', { x1: at(x), x2: at(x), y1: 3, y2: 13, class: 'seed' }));
  const end = typeof q75 === 'number' ? at(q75) : 140;
  const bar = typeof q25 === 'number' && svg('line', { x1: at(q25), x2: Math.max(end, at(q25) + 1), y1: 8, y2: 8, class: `bar series-${index % kHues}` });
  const dot = svg('circle', { cx: at(median), cy: 8, r: 3.5, class: `dot series-${index % kHues}` });
  return svg('svg', { class: 'strip', viewBox: '0 0 140 16', width: 140, height: 16, 'aria-hidden': 'true' }, ticks, bar, dot);
}

function stripColumn(optimizers, indexOf) {
  const values = finite(optimizers.map(result).flatMap((own) => [...(own.values ?? []), own.q25, own.q75]));
  const positive = values.filter((x) => x > 0);
  const log = positive.length === values.length && wantsLog(values);
  const frame = extent(values);
  return { head: log ? 'seeds, log scale' : 'seeds', cell: (one) => strip(result(one), frame, log, indexOf(one.name)) };
}

// 1, or `1 =` for those that are tied for it; then by order.
function place({ order, tied, winner }, name) {
  if (name === winner) return '1';
  return tied.includes(name) && tied.length > 1 ? '1 =' : String(order.indexOf(name) + 1);
}

const infinite = (x) => (x === null ? '∞' : num(x));

const band = (low, high) => (low === undefined ? '–' : `${num(low, 3)} … ${high === null ? '∞' : num(high, 3)}`);

function resultTable({ optimizers, ranking, metric, target, seeds_matter: random }, { protocol }, indexOf) {
  const byName = new Map(optimizers.map((one) => [one.name, one]));
  const rows = ranking.order.map((name) => byName.get(name)).filter((one) => one);
  const at = (name) => names(optimizers).indexOf(name);
  const edge = ({ at_edge: keys }) => keys?.length > 0 && el('span', { class: 'edge', title: 'the best value is the last of its grid: widen the grid' }, ` at the edge: ${keys.join(', ')}`);
  const columns = [
    { head: 'optimizer', cell: ({ name }) => [el('span', { class: 'place' }, place(ranking, name)), swatch(indexOf(name)), name] },
    isTuned(optimizers) ? { head: 'chosen', cell: (one) => [options(one.chosen), edge(one)] } : { head: 'options', cell: (one) => options(one.options) || 'defaults' },
    numberColumn(`${metric}, median`, (one) => result(one).median, { cell: (one) => infinite(result(one).median) }),
    random && { head: 'quartiles', numeric: true, cell: (one) => band(result(one).q25, result(one).q75) },
    random && stripColumn(optimizers, indexOf),
    isTuned(optimizers) && numberColumn('untuned', (one) => one.default?.median, { hint: 'median with the options as given', cell: (one) => infinite(one.default?.median) }),
    target && {
      head: `steps to ${num(target.value, 3)}`,
      numeric: true,
      cell: (one) => never(result(one).median_time_to_target),
      title: (one) => (result(one).time_to_target ?? []).map(never).join(', '),
      hint: `until ${target.metric} is ${target.value}, median`,
    },
    random && numberColumn('mean rank', ({ name }) => ranking.mean_rank?.[at(name)], { cell: ({ name }) => num(ranking.mean_rank?.[at(name)], 3) }),
    { head: 'diverged', numeric: true, cell: (one) => count(result(one).diverged) },
    { head: 'evaluations', numeric: true, cell: (one) => count(result(one).evaluations), hint: 'of the gradient, in one run' },
    { head: 'time', numeric: true, cell: (one) => seconds(result(one).seconds), hint: 'of one run, median' },
  ].filter((column) => column);
  const caption = `Over ${plural(protocol.seeds.length, 'seed')}${isTuned(optimizers) ? ', tuned' : ''}, best first`;
  return [
    table({ caption, columns, rows, rowClass: ({ name }) => (ranking.tied.includes(name) ? 'best' : null) }),
    ranking.tied.length > 1 && el('p', { class: 'note' }, '“1 =”: not proven worse than the first.'),
  ];
}

const curveSeries = (optimizers, which, indexOf) =>
  optimizers
    .filter((one) => one[which]?.curve)
    .map((one) => ({
      name: one.name,
      index: indexOf(one.name),
      step: one[which].curve.step,
      y: one[which].curve.median,
      bands: { quartiles: [one[which].curve.q25, one[which].curve.q75], median: [one[which].curve.low, one[which].curve.high] },
    }));

function lossCurves({ optimizers, objective, metric, target, seeds_matter: random }, { protocol }, group, indexOf) {
  const variants = { tuned: curveSeries(optimizers, 'tuned', indexOf), default: curveSeries(optimizers, 'default', indexOf) };
  const minimum = objective?.minimum;
  if (typeof minimum === 'number' && minimum !== 0) {
    const above = (list) => list.map((y) => (typeof y === 'number' ? y - minimum : y));
    const bands = (one) => Object.fromEntries(Object.entries(one).map(([id, pair]) => [id, pair.map((bound) => bound && above(bound))]));
    variants.excess = (isTuned(optimizers) ? variants.tuned : variants.default).map((one) => ({ ...one, y: above(one.y), bands: bands(one.bands) }));
  }
  return curves({
    title: `${upperFirst(metric)} over steps`,
    note: random && `Median over ${plural(protocol.seeds.length, 'evaluation seed')}.`,
    y: metric,
    variants: variants.excess ? { excess: variants.excess, ...variants } : variants,
    names: { tuned: 'tuned', default: 'untuned', excess: 'above the minimum' },
    bands: random ? { quartiles: 'quartiles', median: '95 % of the median' } : {},
    group,
    target: target?.metric === metric && { at: target.value, text: 'target' },
    size: 'wide',
    height: 380,
  });
}

// The final metric over the tuned option.
function sensitivityCharts({ optimizers, metric }, group, indexOf) {
  const keys = unique(optimizers.flatMap(({ sensitivity }) => (sensitivity ? [sensitivity.option] : [])));
  return keys.map((key) => {
    const list = optimizers.filter(({ sensitivity }) => sensitivity?.option === key);
    const all = list.map(({ name, sensitivity }) => ({ name, index: indexOf(name), step: sensitivity.lr, y: sensitivity.median, bands: { quartiles: [sensitivity.q25, sensitivity.q75] } }));
    const widths = list.filter(({ sensitivity }) => typeof sensitivity.width_decades === 'number').map(({ name, sensitivity }) => `${name} ${num(sensitivity.width_decades, 2)}`);
    const note = [`Median ${metric} of the tuning seeds; where a line ends, runs diverged.`, widths.length > 0 && ` Decades within twice the best: ${widths.join(', ')}.`].filter(Boolean).join('');
    return curves({ title: `Sensitivity to ${key}`, y: metric, x: key, variants: { all }, bands: { quartiles: 'quartiles' }, group, note, markers: true });
  });
}

// p-values of all pairs. Lower rank sums, as `<`, are better.
function pairTable({ optimizers, ranking, seeds_matter: random }) {
  if (!random || !ranking.p) return null;
  const cell = (i, j) => {
    if (i === j || typeof ranking.p[i]?.[j] !== 'number') return el('span', { class: 'quiet' }, '·');
    const proven = ranking.p[i][j] < 0.05;
    const sign = ranking.effect?.[i]?.[j] < 0 ? 'better' : ranking.effect?.[i]?.[j] > 0 ? 'worse' : 'equal';
    return el('span', { class: proven ? 'proven' : 'quiet' }, `${num(ranking.p[i][j], 2)} ${sign}`);
  };
  const columns = [
    { head: 'is', cell: ({ name }) => name },
    ...optimizers.map(({ name }, j) => ({ head: `than ${name}`, numeric: true, cell: (_, i) => cell(i, j), title: (row) => `effect ${num(ranking.effect?.[names(optimizers).indexOf(row.name)]?.[j])}` })),
  ];
  return folded('p-values of all pairs', table({ caption: 'Exact paired test over seeds, p-values after Holm’s correction; bold: below 0.05', columns, rows: optimizers }));
}

const optionTable = (optimizers) =>
  folded('More of each', table({
    caption: 'Where the median may lie, options as given and as chosen, sensitivity',
    columns: [
      { head: 'optimizer', cell: ({ name }) => name },
      { head: 'median, 95 %', numeric: true, cell: (one) => band(result(one).low, result(one).high) },
      { head: 'given', cell: (one) => options(one.options) || 'defaults' },
      { head: 'chosen', cell: (one) => options(one.chosen) || '–' },
      { head: 'sensitivity, decades', numeric: true, cell: ({ sensitivity }) => num(sensitivity?.width_decades, 2) },
    ],
    rows: optimizers,
  }));

const verdictOf = ({ ranking }) => el('p', { class: 'verdict' }, ranking.verdict);

function problemSection(problem, summary, indexOf) {
  const { optimizers, objective } = problem;
  const group = seriesGroup(names(optimizers), indexOf);
  const paths = optimizers
    .filter(({ path }) => path)
    .map((one) => ({ name: one.name, index: indexOf(one.name), ...one.path, diverged: result(one).values[0] === null }));
  const rates = optimizers.filter(({ effective_lr: own }) => own);
  return section(
    summary.problems.length > 1 ? problem.name : 'Results',
    summary.problems.length > 1 && verdictOf(problem),
    el('p', { class: 'note' }, [objective && `f = ${formula(objective)}, from (${objective.start.map((x) => num(x)).join(', ')})`, plural(problem.steps, 'step'), problem.seeds_matter === false && 'seeds change nothing here'].filter(Boolean).join('; '), '.'),
    resultTable(problem, summary, indexOf),
    el('div', { class: 'folds' }, pairTable(problem), optionTable(optimizers)),
    group.legend,
    figures(
      lossCurves(problem, summary, group, indexOf),
      objectiveChart(objective, paths, group),
      objective && parameterCharts({ paths, names: objective.names, group, objective }),
      sensitivityCharts(problem, group, indexOf),
      rates.map(({ name, effective_lr: own }) => rateCharts(own, (parameter) => `${parameter}, ${name}`)),
    ),
  );
}

// For each r, the share of problems that an optimizer solves within r times the steps of the fastest.
function profileChart({ optimizers, ratios, r_max: most }, group, indexOf) {
  const draw = () => {
    const steps = (name) => {
      const list = ratios[optimizers.indexOf(name)];
      const known = finite(list).sort((a, b) => a - b);
      const x = [1, ...known, Math.max(most, ...finite(ratios.flat()))];
      const y = [known.filter((r) => r <= 1).length, ...known.map((_, i) => i + 1), known.length].map((solved) => solved / list.length);
      return { name, index: indexOf(name), step: x, y };
    };
    const list = group.visible(optimizers.map((name) => ({ name })));
    return {
      data: list.map(({ name }) => lineTrace(steps(name), { line: { color: hue(indexOf(name)), width: 2, dash: dash(indexOf(name)), shape: 'hv' } })),
      layout: { xaxis: axis('times the steps of the fastest', { type: 'log', ...logRange([1, most, ...finite(ratios.flat())]) }), yaxis: axis('share of problems solved', { range: [-0.03, 1.03] }) },
      label: `Performance profile of ${optimizers.join(', ')}`,
    };
  };
  return chart({ title: 'Performance profile', note: 'Higher and further left is better.', draw, group, height: 280 });
}

function overallSection({ profile, overall, problems }, indexOf) {
  if (problems.length < 2) return null;
  const group = seriesGroup(overall.optimizers, indexOf);
  const rankOf = (name, problem) => place(problem.ranking, name);
  const score = (name) => profile?.score[profile.optimizers.indexOf(name)];
  const rows = [...overall.optimizers].sort((a, b) => overall.mean_rank[overall.optimizers.indexOf(a)] - overall.mean_rank[overall.optimizers.indexOf(b)]);
  const columns = [
    { head: 'optimizer', cell: (name) => [swatch(indexOf(name)), name] },
    numberColumn('mean rank', (name) => overall.mean_rank[overall.optimizers.indexOf(name)], { cell: (name) => num(overall.mean_rank[overall.optimizers.indexOf(name)], 3) }),
    profile && numberColumn('profile score', score, { hint: `mean of the performance profile up to ${profile.r_max} times the fastest` }),
    ...problems.map((problem) => ({ head: problem.name, numeric: true, cell: (name) => rankOf(name, problem) })),
  ].filter((column) => column);
  const verdicts = el('ul', { class: 'verdicts' }, problems.map((problem) => el('li', {}, el('b', {}, problem.name), ' ', problem.ranking.verdict)));
  return section('All problems', verdicts, table({ caption: 'Places on each problem', columns, rows }), profile && group.legend, figures(profile && profileChart(profile, group, indexOf)));
}

function comparePage(data) {
  const { summary } = data;
  const all = unique(summary.problems.flatMap(({ optimizers }) => names(optimizers)));
  const indexOf = (name) => all.indexOf(name);
  const only = summary.problems.length === 1 ? summary.problems[0] : null;
  return [
    el(
      'section',
      { class: 'lead' },
      only && verdictOf(only),
      facts([
        ['status', summary.status === 'done' ? null : summary.status],
        ['trials', count(summary.counts?.trials)],
        ['steps', count(summary.counts?.steps)],
        ['gradient evaluations', count(summary.counts?.evaluations)],
        ['time', seconds(summary.seconds)],
      ]),
    ),
    overallSection(summary, indexOf),
    summary.problems.map((problem) => problemSection(problem, summary, indexOf)),
    section('Protocol', protocolFacts(summary)),
    environment(data),
  ];
}
