// The page of a sweep.

const kMostPoints = 1500,
  kMostValues = 64;

const isNumeric = (trials, path) => trials.every(({ set }) => typeof set[path] === 'number');

const numericAxes = (trials) =>
  unique(trials.flatMap(({ set }) => Object.keys(set))).filter(
    (path) => isNumeric(trials, path) && unique(trials.map(({ set }) => set[path])).length > 1,
  );

function leaderboard({ trials, order, metric, counts }) {
  const byNumber = new Map(trials.map((trial) => [trial.trial, trial]));
  const paths = unique(trials.slice(0, 1).flatMap(({ set }) => Object.keys(set)));
  const columns = [
    { head: '', numeric: true, cell: (_, i) => i + 1 },
    ...paths.map((path) => ({
      head: path,
      numeric: isNumeric(trials, path),
      cell: ({ set }) => value(set[path]),
      title: ({ set }) => String(set[path]),
    })),
    numberColumn(metric, (trial) => trial.value),
    { head: 'status', cell: ({ status }) => status },
    { head: 'steps', numeric: true, cell: ({ steps }) => count(steps) },
    { head: 'trial', numeric: true, cell: ({ trial }) => trial },
  ];
  const rows = order.map((number) => byNumber.get(number)).filter((trial) => trial);
  return longTable({ caption: `Trials, best ${metric} first`, columns, rows });
}

// The best trials, and of the others every k-th: a chart of all would take seconds to draw.
function thinnedTrials(trials, order) {
  if (trials.length <= kMostPoints) return trials;
  const kept = new Set(order.slice(0, kMostPoints / 2));
  const stride = Math.ceil(trials.length / (kMostPoints / 2));
  return trials.filter(({ trial }, i) => kept.has(trial) || i % stride === 0);
}

// For each value of a setting, what the others make of it: the best, quartiles and median.
function summaryByValue(trials, path, higher) {
  const x = unique(trials.map(({ set }) => set[path])).sort((a, b) => a - b);
  if (x.length > kMostValues) return null;
  const groups = x.map((at) => finite(trials.filter(({ set }) => set[path] === at).map((trial) => trial.value)).sort((a, b) => a - b));
  const column = (f) => groups.map((list) => (list.length > 0 ? f(list) : null));
  return {
    x,
    best: column((list) => (higher ? list.at(-1) : list[0])),
    median: column((list) => quantile(list, 0.5)),
    q: [column((list) => quantile(list, 0.25)), column((list) => quantile(list, 0.75))],
  };
}

function axisChart({ trials, order, metric, higher_is_better: higher }, path) {
  const shown = thinnedTrials(trials, order).filter((trial) => typeof trial.value === 'number');
  const lines = summaryByValue(trials, path, higher);
  const draw = (on) => {
    const series = (name, index, y, bands) => ({ name, index, step: lines.x, y, bands });
    const median = lines && series('median', 0, lines.median);
    const points = {
      x: shown.map(({ set }) => set[path]),
      y: shown.map((trial) => trial.value),
      text: shown.map((trial) => plain(`trial ${trial.trial}: ${options(trial.set)}`)),
      mode: 'markers',
      name: 'trial',
      marker: { color: colour('quiet'), size: 4, opacity: 0.35 },
      hovertemplate: '%{text}<br>%{y:.5g}<extra></extra>',
    };
    const all = lines
      ? [
          bandTrace(median, lines.q, on.logY),
          points,
          lineTrace(median),
          lineTrace(series('best', 1, lines.best), { mode: 'lines+markers', marker: { color: hue(1), size: 6 } }),
        ]
      : [{ ...points, marker: { color: hue(0), size: 5, opacity: 0.6 } }];
    const x = shown.map(({ set }) => set[path]);
    return {
      data: all,
      layout: {
        xaxis: axis(path, { type: scale(on.logX), ...(on.logX && logRange(x)) }),
        yaxis: axis(metric, { type: scale(on.logY), ...(on.logY && logRange(points.y)) }),
      },
      label: `${metric} over ${path} of ${plural(shown.length, 'trial')}`,
    };
  };
  const values = shown.map((trial) => trial.value);
  const at = shown.map(({ set }) => set[path]);
  const controls = [
    { label: `log ${metric.split('/').at(-1)}`, key: 'logY', on: wantsLog(values), when: values.some((v) => v > 0) },
    { label: `log ${path.split('.').at(-1)}`, key: 'logX', on: wantsLog(at), when: at.some((v) => v > 0) },
  ];
  const few = shown.length < finite(trials.map((trial) => trial.value)).length ? ` Grey: ${count(shown.length)} of the trials.` : '';
  const note = lines ? `Joined dots: best; line and band: median and quartiles over all other settings.${few}` : few;
  return chart({ title: `${metric} over ${path}`, note, controls, draw });
}

function heatChart({ trials, metric, higher_is_better: higher }, axes) {
  const distinct = (path) => unique(trials.map(({ set }) => set[path])).sort((a, b) => a - b);
  const paths = axes.filter((path) => distinct(path).length <= kMostValues);
  if (paths.length < 2) return null;
  const cells = ({ x, y }) => {
    const best = new Map();
    for (const { set, value: z } of trials) {
      const key = `${set[x]} ${set[y]}`;
      if (typeof z === 'number' && !(best.has(key) && (higher ? best.get(key) >= z : best.get(key) <= z))) best.set(key, z);
    }
    return distinct(y).map((b) => distinct(x).map((a) => best.get(`${a} ${b}`) ?? null));
  };
  const draw = (on) => {
    const z = cells(on);
    const log = on.log && finite(z.flat()).every((v) => v > 0);
    const text = (list) => list.map((v) => num(v));
    return {
      data: [
        {
          type: 'heatmap',
          x: text(distinct(on.x)),
          y: text(distinct(on.y)),
          z: log ? z.map((row) => row.map((v) => (v === null ? null : Math.log10(v)))) : z,
          text: z.map((row) => row.map((v) => num(v, 3))),
          texttemplate: z.length * z[0].length <= 150 ? '%{text}' : '',
          hovertemplate: '%{x}, %{y}<br>%{text}<extra></extra>',
          colorscale: [
            [0, colour(higher ? 'ridge' : 'valley')],
            [1, colour(higher ? 'valley' : 'ridge')],
          ],
          showscale: false,
          xgap: 1,
          ygap: 1,
        },
      ],
      layout: { xaxis: axis(on.x, { type: 'category', showgrid: false }), yaxis: axis(on.y, { type: 'category', showgrid: false }) },
      label: `Best ${metric} for each ${on.x} and ${on.y}`,
    };
  };
  const values = paths.map((path) => [path, path]);
  const controls = [
    { label: 'x', key: 'x', values, on: paths[0], when: paths.length > 2 },
    { label: 'y', key: 'y', values, on: paths[1], when: paths.length > 2 },
    { label: 'log colours', key: 'log', on: wantsLog(trials.map((trial) => trial.value)) },
  ];
  return chart({
    title: `Best ${metric} by two settings`,
    note: 'The stronger the colour the better; empty cells diverged.',
    controls,
    draw,
    height: 380,
  });
}

function sweepFacts({ status, counts, seconds: time, metric, higher_is_better: higher, best }) {
  return facts([
    ['best', best ? `${num(best.value)} with ${options(best.set)}` : 'no trial ended with a value'],
    ['metric', `${metric}, ${higher ? 'higher' : 'lower'} is better`],
    ['status', status],
    ['trials', count(counts?.trials)],
    ['diverged', counts?.diverged ? count(counts.diverged) : null],
    ['crashed', counts?.crashed ? count(counts.crashed) : null],
    ['gradient evaluations', count(counts?.evaluations)],
    ['time', seconds(time)],
  ]);
}

function sweepPage(data) {
  const { summary } = data;
  const paths = numericAxes(summary.trials).filter((path) => path !== 'seed');
  return [
    el('section', { class: 'lead' }, sweepFacts(summary)),
    figures(
      paths.map((path) => axisChart(summary, path)),
      heatChart(summary, paths),
    ),
    section('Leaderboard', leaderboard(summary)),
    environment(data),
  ];
}
