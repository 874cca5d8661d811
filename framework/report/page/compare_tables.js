// What a comparison says in numbers.

const names = (list) => list.map(({ name }) => name);

const never = (x) => (x === null || x === undefined ? '∞' : count(x));

// What an optimizer did with the options that tuning chose, or without tuning as given.
const result = (one) => one.tuned ?? one.as_given;

const isTuned = (optimizers) => optimizers.some(({ tuned }) => tuned);

const upperFirst = (text) => text[0].toUpperCase() + text.slice(1);

function protocolFacts({ protocol, metric, higher_is_better: higher }) {
  const tuned = Object.entries(protocol.tune ?? {}).filter(([key]) => key !== 'seeds');
  const searched = ([key, how]) =>
    how?.log_grid ? `${key} at ${how.log_grid[2]} values, ${num(how.log_grid[0])} … ${num(how.log_grid[1])}` : `${key} ${value(how)}`;
  const trials = Object.values(protocol.tuning_trials ?? {});
  return facts([
    ['metric', `${metric}, ${higher ? 'higher' : 'lower'} is better`],
    ['tuned, the same for all', tuned.map(searched).join('; ') || 'nothing: options as given'],
    ['tuning seeds', ranges(protocol.tuning_seeds)],
    ['evaluation seeds', ranges(protocol.seeds)],
    [
      'tuning trials',
      tuned.length > 0 && (unique(trials).length === 1 ? `${count(trials[0])} for each optimizer` : options(protocol.tuning_trials)),
    ],
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
  const bar =
    typeof q25 === 'number' &&
    svg('line', { x1: at(q25), x2: Math.max(end, at(q25) + 1), y1: 8, y2: 8, class: `bar series-${index % kHues}` });
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
  const edge = ({ at_edge: keys }) =>
    keys?.length > 0 &&
    el('span', { class: 'edge', title: 'the best value is the last of its grid: widen the grid' }, ` at the edge: ${keys.join(', ')}`);
  const worse = ({ worse_than_given: is }) =>
    is && el('span', { class: 'edge', title: 'tuning chose by too few seeds: tune on more' }, ' worse than as given');
  const columns = [
    { head: 'optimizer', cell: ({ name }) => [el('span', { class: 'place' }, place(ranking, name)), swatch(indexOf(name)), name] },
    isTuned(optimizers)
      ? { head: 'chosen', cell: (one) => [options(one.chosen), edge(one), worse(one)] }
      : { head: 'options', cell: (one) => options(one.options) || 'defaults' },
    numberColumn(`${metric}, median`, (one) => result(one).median, { cell: (one) => infinite(result(one).median) }),
    random && { head: 'quartiles', numeric: true, cell: (one) => band(result(one).q25, result(one).q75) },
    random && stripColumn(optimizers, indexOf),
    isTuned(optimizers) &&
      numberColumn('as given', (one) => one.as_given?.median, {
        hint: 'median with the options as given',
        cell: (one) => infinite(one.as_given?.median),
      }),
    target && {
      head: `steps to ${num(target.value, 3)}`,
      numeric: true,
      cell: (one) => never(result(one).median_time_to_target),
      title: (one) => (result(one).time_to_target ?? []).map(never).join(', '),
      hint: `until ${target.metric} is ${target.value}, median`,
    },
    random &&
      numberColumn('mean rank over seeds', ({ name }) => ranking.mean_rank?.[at(name)], { cell: ({ name }) => num(ranking.mean_rank?.[at(name)], 3) }),
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
    ...optimizers.map(({ name }, j) => ({
      head: `than ${name}`,
      numeric: true,
      cell: (_, i) => cell(i, j),
      title: (row) => `effect ${num(ranking.effect?.[names(optimizers).indexOf(row.name)]?.[j])}`,
    })),
  ];
  return folded(
    'p-values of all pairs',
    table({ caption: 'Exact paired test over seeds, p-values after Holm’s correction; bold: below 0.05', columns, rows: optimizers }),
  );
}

const optionTable = (optimizers) =>
  folded(
    'More of each',
    table({
      caption: 'Where the median may lie, options as given and as chosen, sensitivity',
      columns: [
        { head: 'optimizer', cell: ({ name }) => name },
        { head: 'median, bootstrap 95 %', numeric: true, cell: (one) => band(result(one).low, result(one).high) },
        { head: 'given', cell: (one) => options(one.options) || 'defaults' },
        { head: 'chosen', cell: (one) => options(one.chosen) || '–' },
        { head: 'sensitivity, decades', numeric: true, cell: ({ sensitivity }) => num(sensitivity?.width_decades, 2) },
      ],
      rows: optimizers,
    }),
  );
