// Curves over steps, with bands. A series: {name, index, step, y, bands: {q: [low, high], …}}; index is that of its colour.

const scale = (log) => (log ? 'log' : 'linear');

// Where curves may go: one that diverges, or comes down to rounding errors, must not press the others together. `frame` is known to hold
// what matters.
function verticalRange(list, log, frame) {
  const starts = list.map(({ y }) => finite(y)[0]).filter((y) => y !== undefined);
  const numbers = finite(list.flatMap(({ y }) => y)).filter((y) => !log || y > 0);
  if (numbers.length === 0) return {};
  const start = Math.max(...starts.map(Math.abs));
  const [least, most] = extent(numbers);
  const [floor, ceiling] = log ? [start * 1e-24, start * 1e3] : (frame ?? [-10 * start, 10 * start]);
  let [low, high] = start > 0 && list.length > 1 ? [Math.max(least, floor), Math.min(most, ceiling)] : [least, most];
  if (log) [low, high] = [Math.log10(low), Math.log10(high)];
  const pad = 0.05 * (high - low || Math.abs(high) || 1);
  return { range: [low - pad, high + pad] };
}

// The band of a series as the outline of an area. A bound that is infinite, or on a logarithmic axis not positive, is far outside.
function bandTrace({ name, index, step, y }, [low, high], log) {
  const known = step.map((_, i) => i).filter((i) => typeof y[i] === 'number' && (!log || step[i] >= 0));
  const bottom = log ? Number.MIN_VALUE * 1e16 : -1e300;
  const inside = (bound, other) => (typeof bound !== 'number' ? other : log && bound <= 0 ? bottom : bound);
  const up = known.map((i) => inside(high[i], 1e300));
  const down = known.map((i) => inside(low[i], y[i]));
  const x = known.map((i) => step[i]);
  return {
    x: [...x, ...x.toReversed()],
    y: [...up, ...down.toReversed()],
    name: plain(name),
    fill: 'toself',
    fillcolor: translucent(hue(index), 0.2),
    line: { width: 0 },
    mode: 'lines',
    hoverinfo: 'skip',
    showlegend: false,
  };
}

const lineTrace = ({ name, index, step, y }, more = {}) => ({
  x: step,
  y,
  name: plain(name),
  mode: step.length < 2 ? 'markers' : 'lines',
  line: { color: hue(index), width: 2, dash: dash(index) },
  marker: { color: hue(index), size: 7 },
  hovertemplate: '%{fullData.name}<br>%{x}: %{y:.5g}<extra></extra>',
  ...more,
});

// A horizontal line with a text behind its end: a target, a value that is sought.
const level = (y, text, log) => ({
  shapes: [{ type: 'line', xref: 'paper', x0: 0, x1: 1, y0: y, y1: y, line: { color: colour('quiet'), width: 1, dash: 'dot' } }],
  annotations: [
    {
      xref: 'paper',
      x: 1,
      y: log ? Math.log10(y) : y,
      text: plain(text),
      showarrow: false,
      xanchor: 'left',
      xshift: 4,
      font: { color: colour('quiet'), size: 11 },
    },
  ],
  margin: { l: 56, r: 62, t: 8, b: 44 }, // room for the text
});

// variants: {id: () => series}; one is shown at a time.
function curves({ title, note, y, x = 'step', variants, names = {}, bands = {}, group, target, frame, size, height, markers, linear }) {
  const series = Object.fromEntries(Object.entries(variants).filter(([, list]) => list.some(({ y: values }) => finite(values).length > 0)));
  const first = Object.keys(series)[0];
  if (!first) return null;
  const draw = (on) => {
    const all = series[on.variant];
    const list = group ? group.visible(all) : all;
    const areas = list.filter((one) => one.bands?.[on.band]).map((one) => bandTrace(one, one.bands[on.band], on.logY));
    const lines = list.map((one) => lineTrace(one, markers && { mode: 'lines+markers', marker: { color: hue(one.index), size: 6 } }));
    const vertical = axis(y, { type: scale(on.logY), ...verticalRange(all, on.logY, frame) });
    const steps = finite(all.flatMap(({ step }) => step));
    const horizontal = axis(x, { type: scale(on.logX), ...(on.logX && logRange(steps)) });
    const height = on.logY ? Math.log10(target?.at) : target?.at;
    const goal = height > vertical.range?.[0] && height < vertical.range[1] && level(target.at, target.text, on.logY);
    return {
      data: [...areas, ...lines],
      layout: { xaxis: horizontal, yaxis: vertical, ...goal },
      label: `${title}: ${y} over ${x}, ${plural(list.length, 'curve')}: ${list.map(({ name }) => name).join(', ')}`,
    };
  };
  const values = series[first].flatMap(({ y: list }) => list);
  const steps = series[first].flatMap(({ step }) => step);
  const choices = Object.keys(series).map((id) => [id, names[id] ?? id]);
  const bandChoices = [...Object.entries(bands), ['none', 'none']];
  const controls = [
    { label: 'show', key: 'variant', values: choices, on: first, when: choices.length > 1 },
    { label: 'band', key: 'band', values: bandChoices, on: bandChoices[0][0], when: bandChoices.length > 1 },
    { label: `log ${y.length < 12 ? y : 'y'}`, key: 'logY', on: !linear && wantsLog(values), when: finite(values).some((v) => v > 0) },
    { label: `log ${x.length < 12 ? x : 'x'}`, key: 'logX', on: x !== 'step' && wantsLog(steps), when: finite(steps).some((v) => v > 0) },
  ];
  return chart({ title, note, controls, draw, group, size, height });
}

function logRange(numbers) {
  const positive = numbers.filter((x) => x > 0);
  if (positive.length === 0) return {};
  const [low, high] = extent(positive).map(Math.log10);
  const pad = 0.03 * (high - low || 1);
  return { range: [low - pad, high + pad] };
}

// One chart for each parameter, or one for all of a single series. paths: [{name, index, step, params: [[…], …]}]
function parameterCharts({ paths, names, group, objective }) {
  if (paths.length === 0) return null;
  const { minimisers = [], grid } = objective ?? {};
  const one = (path, at, name, index) => ({ name, index, step: path.step, y: path.params.map((point) => point[at]) });
  const y = names.length > 1 ? 'value' : names[0];
  const goal = (at) => (minimisers.length === 1 ? { target: { at: minimisers[0][at], text: 'minimum' } } : {});
  if (paths.length === 1) {
    const all = names.map((name, at) => one(paths[0], at, name, at));
    const own = names.length > 1 ? seriesGroup(names, (name) => names.indexOf(name)) : undefined;
    return curvesWithLegend({ title: 'Parameters', y, variants: { all }, group: own, linear: true, ...(names.length === 1 && goal(0)) });
  }
  const frames = grid ? [ends(grid.x), grid.y && ends(grid.y)] : [];
  return names.map((name, at) => {
    const all = paths.map((path) => one(path, at, path.name, path.index));
    return curves({
      title: `Parameter ${name}`,
      y: name,
      variants: { all },
      group,
      frame: frames[at],
      linear: true,
      height: names.length === 2 ? 232 : 320,
      ...goal(at),
    });
  });
}

function curvesWithLegend(settings) {
  const figure = curves(settings);
  if (figure && settings.group) figure.querySelector('.head').after(settings.group.legend);
  return figure;
}

// Least to greatest, quartiles and median of the effective rates of each parameter: {name: {step, quantiles}}.
function rateCharts(rates) {
  return Object.entries(rates ?? {})
    .slice(0, 8)
    .map(([name, { step, quantiles }], index) => {
      const column = (at) => quantiles.map((row) => row[at]);
      const one = { name, index, step, y: column(2), bands: { all: [column(0), column(4)], half: [column(1), column(3)] } };
      return curves({
        title: `Effective rate of ${name}`,
        y: '|Δw| / |g|',
        variants: { all: [one] },
        bands: { half: 'quartiles', all: 'least to greatest' },
      });
    });
}
