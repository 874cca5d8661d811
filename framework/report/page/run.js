// The page of one run, and of several.

const kMostRows = 100;

const stamp = (folder) =>
  String(folder ?? '')
    .split('/')
    .filter(Boolean)
    .at(-1) ?? '';

const isMeasured = (key) => !['step', 'epoch', 'lr', 'grad_norm', 'effective_lr'].includes(key) && !key.startsWith('params.');

// The way of an objective's parameters, as far as it was recorded.
function pathOf({ records, summary, name, index }) {
  const columns = Object.keys(records.train ?? {}).filter((key) => key.startsWith('params.'));
  if (columns.length === 0) return null;
  const { step } = records.train;
  const params = step.map((_, i) => columns.map((key) => records.train[key][i]));
  return { name, index, step, params, names: columns.map((key) => key.slice(7)), diverged: summary?.status === 'diverged' };
}

// What both kinds of pages chart: every metric, with the splits of one run or with the same split of several, as one chart.
function metricCharts(runs, group) {
  const metrics = unique(
    runs.flatMap(({ records }) => Object.values(records).flatMap((columns) => Object.keys(columns).filter(isMeasured))),
  );
  const splits = unique(runs.flatMap(({ records }) => Object.keys(records)));
  const series = (metric, split) =>
    runs
      .filter(({ records }) => records[split]?.[metric])
      .map(({ name, index, records }) => ({ name, index, step: records[split].step, y: records[split][metric] }));
  const title = (metric) => metric[0].toUpperCase() + metric.slice(1);
  if (runs.length > 1) {
    return metrics.flatMap((metric) =>
      splits.map((split) =>
        curves({
          title: split === 'train' ? title(metric) : `${title(metric)}, ${split}`,
          y: metric,
          variants: { all: series(metric, split) },
          group,
        }),
      ),
    );
  }
  return metrics.map((metric) => {
    const all = splits.flatMap((split, index) => series(metric, split).map((one) => ({ ...one, name: split, index })));
    const own =
      all.length > 1
        ? seriesGroup(
            all.map(({ name }) => name),
            (name) => splits.indexOf(name),
          )
        : undefined;
    const loss = metric === 'loss';
    const target = loss && typeof runs[0].summary?.minimum === 'number' && { at: runs[0].summary.minimum, text: 'minimum' };
    return curvesWithLegend({ title: title(metric), y: metric, variants: { all }, group: own, size: loss ? 'wide' : null, target });
  });
}

function trainCharts(runs, group) {
  const one = (key, title, y) =>
    curves({
      title,
      y,
      group,
      variants: {
        all: runs
          .filter(({ records }) => records.train?.[key])
          .map(({ name, index, records }) => ({ name, index, step: records.train.step, y: records.train[key] })),
      },
    });
  const changes = runs.some(({ records }) => unique(finite(records.train?.lr ?? [])).length > 1);
  return [one('grad_norm', 'Norm of the gradient', 'norm'), changes && one('lr', 'Learning rate', 'lr')];
}

function stepTable(records) {
  const train = records.train;
  if (!train?.step) return null;
  const keys = Object.keys(train).filter((key) => key !== 'effective_lr');
  const all = train.step.map((_, i) => i);
  const rows = all.length <= 2 * kMostRows ? all : [...all.slice(0, kMostRows), ...all.slice(-kMostRows)];
  const columns = keys.map((key) => ({
    ...numberColumn(key.replace('params.', ''), (i) => train[key][i]),
    cell: (i) => (key === 'step' ? count(train.step[i]) : num(train[key][i], 6)),
  }));
  const left = all.length - rows.length;
  return section(
    'Steps',
    folded(
      `Table of ${plural(all.length, 'record')}`,
      table({ caption: left > 0 ? `The first and the last ${kMostRows} records` : 'All records', columns, rows }),
    ),
  );
}

const resultFacts = (summary) =>
  facts([
    ['status', summary?.status ?? 'unfinished'],
    ['steps', count(summary?.steps ?? null)],
    ['loss', summary?.loss === null ? 'not finite' : num(summary?.loss, 6)],
    ['above the minimum', finite([summary?.loss, summary?.minimum]).length === 2 && num(summary.loss - summary.minimum, 6)],
    ...Object.entries(summary?.metrics ?? {}).map(([key, x]) => [key, num(x, 6)]),
    ['parameters', count(summary?.parameter_count ?? null)],
  ]);

function bestTable(summary) {
  const rows = Object.entries(summary?.best ?? {});
  const last = (key) => (key === 'loss' ? summary.loss : summary.metrics?.[key]);
  const columns = [
    { head: 'metric', cell: ([key]) => key },
    numberColumn('at the end', ([key]) => last(key)),
    numberColumn('best', ([, x]) => x),
  ];
  return rows.length > 0 && table({ caption: 'Metrics', columns, rows });
}

function parameterTable(summary) {
  const rows = Object.entries(summary?.parameters ?? {}).flatMap(([name, x]) =>
    Array.isArray(x) ? x.flat(Infinity).map((y, i) => [`${name}[${i}]`, y]) : [[name, x]],
  );
  const columns = [{ head: 'parameter', cell: ([name]) => name }, numberColumn('final value', ([, x]) => x)];
  return rows.length > 0 && (rows.length <= 12 ? table : longTable)({ caption: 'Parameters at the end', columns, rows });
}

function runPage(data) {
  const run = { ...data, index: 0 };
  const path = pathOf(run);
  const group = seriesGroup([data.name], () => 0);
  const paths = path ? [path] : [];
  return [
    el('section', { class: 'lead' }, resultFacts(data.summary)),
    figures(
      metricCharts([run]),
      objectiveChart(data.objective, paths, group),
      path && parameterCharts({ paths, names: path.names, group, objective: data.objective }),
      trainCharts([run]),
    ),
    section('Effective learning rates', figures(rateCharts(data.records.train?.effective_lr))),
    section('Results', el('div', { class: 'tables' }, bestTable(data.summary), parameterTable(data.summary))),
    stepTable(data.records),
    environment(data),
  ];
}

const runTable = (runs) => {
  const metrics = unique(runs.flatMap(({ summary }) => Object.keys(summary?.metrics ?? {})));
  const columns = [
    { head: 'run', cell: ({ name, index }) => [swatch(index), name], title: ({ folder }) => folder },
    { head: 'status', cell: ({ summary }) => summary?.status ?? 'unfinished' },
    { head: 'steps', numeric: true, cell: ({ summary }) => count(summary?.steps ?? null) },
    numberColumn('loss', ({ summary }) => summary?.loss),
    numberColumn('best loss', ({ summary }) => summary?.best?.loss),
    ...metrics.map((metric) => numberColumn(metric, ({ summary }) => summary?.metrics?.[metric])),
  ];
  return table({ caption: 'Results of the runs', columns, rows: runs });
};

function runsPage({ runs: given }) {
  const once = given.length === unique(given.map(({ name }) => name)).length;
  const runs = given.map((run, index) => ({ ...run, index, name: once ? run.name : `${run.name} ${stamp(run.folder)}` }));
  const names = runs.map(({ name }) => name);
  const group = seriesGroup(names, (name) => names.indexOf(name));
  const paths = runs.map(pathOf).filter((path) => path);
  const formulas = unique(runs.map(({ objective }) => objective?.formula));
  const same = formulas.length === 1 && formulas[0];
  return [
    el('section', { class: 'lead' }, runTable(runs)),
    section(
      'Curves',
      group.legend,
      figures(
        metricCharts(runs, group),
        same && objectiveChart(widest(runs), paths, group),
        same && parameterCharts({ paths, names: runs[0].objective.names, group, objective: widest(runs) }),
        trainCharts(runs, group),
      ),
    ),
    section(
      'Configuration',
      differenceTable(
        names,
        runs.map(({ settings }) => settings),
      ),
    ),
    runs.map((run) => folded(`${run.name}: how it was made`, environment(run))),
  ];
}

// The objective whose grid reaches furthest.
function widest(runs) {
  const size = ({ grid }) => (grid ? (grid.x.at(-1) - grid.x[0]) * (grid.y ? grid.y.at(-1) - grid.y[0] : 1) : 0);
  return runs.map(({ objective }) => objective).reduce((best, one) => (size(one) > size(best) ? one : best));
}
