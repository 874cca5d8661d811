// The objective itself: f with the path on it, or its contours with the trajectories.
// paths: [{name, index, step, params: [[…], …], diverged}]; a number that is not finite is null.

const known = (point) => point.every((x) => typeof x === 'number');

// How many points of a path were reached by a step.
const reached = ({ step }, until) => step.filter((at) => at <= until).length;

const clamp = (x, [low, high]) => Math.min(Math.max(x, low), high);

const ends = (numbers) => [numbers[0], numbers.at(-1)];

function symbolTrace(points, symbol, name, size) {
  return {
    x: points.map(([x]) => x),
    y: points.map(([, y]) => y),
    mode: 'markers',
    name,
    marker: { symbol, size, color: colour('paper'), line: { color: colour('ink'), width: 1.5 } },
    hovertemplate: `${name}<br>%{x:.5g}, %{y:.5g}<extra></extra>`,
    showlegend: false,
    cliponaxis: false,
  };
}

// `w^2 + 10*b^2` as `w² + 10·b²`
const formula = ({ formula: text }) => text.replace(/\^([2-9])(?![\d.])/g, (_, digit) => '⁰¹²³⁴⁵⁶⁷⁸⁹'[digit]).replaceAll('*', '·');

// Where the way from p to q leaves the frame, [[low, high] of each axis].
function exit(p, q, frame) {
  const shares = frame.map(([low, high], i) => (clamp(q[i], [low, high]) - p[i]) / (q[i] - p[i] || 1));
  const share = Math.min(1, ...shares.filter((_, i) => clamp(q[i], frame[i]) !== q[i]));
  return p.map((x, i) => x + share * (q[i] - x));
}

// A cross where each path that diverged was last seen inside the frame.
function divergenceTraces(paths, frame, at = (point) => point) {
  return paths
    .filter(({ diverged }) => diverged)
    .map(({ name, index, params }) => {
      const way = params.filter(known);
      const last = way.findLastIndex((point) => point.every((x, i) => clamp(x, frame[i]) === x));
      const [x, y] = at(exit(way[last], way[last + 1] ?? way[last], frame));
      return {
        x: [x],
        y: [y],
        mode: 'markers',
        name: plain(name),
        marker: { symbol: 'x', size: 11, color: hue(index), line: { color: colour('paper'), width: 1 } },
        hovertemplate: '%{fullData.name} diverged<extra></extra>',
        showlegend: false,
        cliponaxis: false,
      };
    });
}

const pathTrace = (path, at, more) => ({
  x: path.params.map((point) => at(point)[0]),
  y: path.params.map((point) => at(point)[1]),
  customdata: path.step,
  name: plain(path.name),
  mode: 'lines',
  hovertemplate: '%{fullData.name}, step %{customdata}<br>%{x:.5g}, %{y:.5g}<extra></extra>',
  ...more,
});

// Two traces for each path, which stepSlider() cuts at the step: the way so far, and where it has come to.
function movingTraces(paths, at) {
  const trail = (path) => pathTrace(path, at, { line: { color: hue(path.index), width: 2, dash: dash(path.index) } });
  const head = (path) => ({
    ...pathTrace({ ...path, params: path.params.slice(-1), step: path.step.slice(-1) }, at),
    mode: 'markers',
    marker: { size: 9, color: hue(path.index), line: { color: colour('paper'), width: 1.5 } },
    showlegend: false,
  });
  return paths.flatMap((path) => [trail(path), head(path)]);
}

// Moves all paths to a step, by hand or by itself. `first` is the index of the first of the moving traces.
function stepSlider(paths, state) {
  const most = Math.max(...paths.map(({ step }) => step.at(-1) ?? 0));
  return (plot, redraw) => {
    const output = el('output');
    const slider = el('input', { type: 'range', min: 0, max: most, step: 1, value: most, 'aria-label': 'step' });
    const show = () => {
      state.until = Number(slider.value);
      output.textContent = `step ${count(state.until)} of ${count(most)}`;
    };
    let asked = 0;
    const move = () => {
      show();
      cancelAnimationFrame(asked);
      asked = requestAnimationFrame(() => drawn.has(redraw) && redraw());
    };
    let timer = 0;
    const stop = () => {
      clearInterval(timer);
      timer = 0;
      play.textContent = '▶';
      play.setAttribute('aria-label', 'play');
    };
    const play = el('button', { type: 'button', class: 'play' });
    play.addEventListener('click', () => {
      if (timer) return stop();
      if (Number(slider.value) >= most) slider.value = 0;
      play.textContent = '❚❚';
      play.setAttribute('aria-label', 'pause');
      timer = setInterval(() => {
        slider.value = Number(slider.value) + Math.max(1, Math.round(most / 120));
        move();
        if (Number(slider.value) >= most) stop();
      }, 50);
    });
    slider.addEventListener('input', move);
    stop();
    show();
    return el('div', { class: 'slider' }, play, slider, output);
  };
}

const cut = (path, until) => {
  const n = Math.max(1, reached(path, until));
  return { ...path, step: path.step.slice(0, n), params: path.params.slice(0, n), diverged: path.diverged && n === path.step.length };
};

function trajectoryChart(objective, paths, group) {
  const { grid, names, minimum, minimisers, start } = objective;
  const [xs, ys] = [ends(grid.x), ends(grid.y)];
  const least = minimum ?? grid.f.flat().reduce((low, f) => (typeof f === 'number' && f < low ? f : low), Infinity);
  const span = grid.f.flat().reduce((high, f) => (typeof f === 'number' && f - least > high ? f - least : high), 0);
  const z = grid.f.map((row) => row.map((f) => (typeof f === 'number' ? Math.log10(Math.max(f - least, 0) + 1e-6 * span) : null)));
  // A line may leave the frame, but not so far that what draws it loses count.
  const far = ([low, high]) => [low - 50 * (high - low), high + 50 * (high - low)];
  const near = ([x, y]) => (known([x, y]) ? [clamp(x, far(xs)), clamp(y, far(ys))] : [null, null]);
  const state = { until: Infinity };
  const draw = () => {
    const list = group.visible(paths);
    const now = list.map((path) => cut(path, state.until));
    const contours = {
      type: 'contour',
      x: grid.x,
      y: grid.y,
      z,
      ncontours: 24,
      colorscale: [
        [0, colour('valley')],
        [1, colour('ridge')],
      ],
      line: { width: 0.6, color: colour('contour'), smoothing: 1 },
      showscale: false,
      hoverinfo: 'skip',
    };
    const marks = [
      symbolTrace(
        minimisers.filter((p) => p.length === 2),
        'star',
        'minimum',
        13,
      ),
      symbolTrace([start], 'circle', 'start', 9),
    ];
    return {
      data: [contours, ...movingTraces(now, near), ...marks, ...divergenceTraces(now, [xs, ys])],
      layout: {
        xaxis: axis(names[0], { range: xs, showgrid: false }),
        yaxis: axis(names[1], { range: ys, showgrid: false }),
        uirevision: 'kept', // what was zoomed stays so while the slider moves
      },
      label: `Trajectories of ${list.map(({ name }) => name).join(', ')} on the contours of ${objective.formula}`,
    };
  };
  const note = `Contours of log₁₀(f − minimum), f = ${formula(objective)}. Circle: start; star: minimum; cross: diverged.`;
  return chart({ title: 'Trajectories', note, draw, group, size: 'tall', height: 500, below: stepSlider(paths, state) });
}

// f between the points of the grid.
function interpolated({ x, f }, at) {
  const i = clamp(Math.floor(((at - x[0]) / (x.at(-1) - x[0])) * (x.length - 1)), [0, x.length - 2]);
  return f[i] + ((f[i + 1] - f[i]) * (at - x[i])) / (x[i + 1] - x[i]);
}

function lineChart(objective, paths, group) {
  const { grid, names, start, minimum } = objective;
  const frame = ends(grid.x);
  const on = ([x]) => (x < frame[0] || x > frame[1] ? [null, null] : [x, interpolated(grid, x)]);
  const state = { until: Infinity };
  const draw = () => {
    const now = group.visible(paths).map((path) => cut(path, state.until));
    const f = { x: grid.x, y: grid.f, mode: 'lines', line: { color: colour('quiet'), width: 1.2 }, hoverinfo: 'skip', showlegend: false };
    const points = movingTraces(now, (point) => (known(point) ? on(point) : [null, null])).map((trace) =>
      trace.mode === 'lines' ? { ...trace, mode: 'lines+markers', marker: { size: 4, color: trace.line.color } } : trace,
    );
    const lowest = objective.minimisers.filter((p) => p.length === 1).map(([x]) => [x, minimum ?? interpolated(grid, x)]);
    const marks = [symbolTrace(lowest, 'star', 'minimum', 13), symbolTrace([on(start)], 'circle', 'start', 9)];
    const crosses = divergenceTraces(now, [frame], on);
    return {
      data: [f, ...points, ...marks, ...crosses],
      layout: { xaxis: axis(names[0], { range: frame }), yaxis: axis('f'), uirevision: 'kept' },
      label: `${objective.formula} with the paths of ${now.map(({ name }) => name).join(', ')}`,
    };
  };
  return chart({
    title: 'The way down',
    note: `f = ${formula(objective)}. Circle: start; star: minimum; cross: diverged.`,
    draw,
    group,
    below: stepSlider(paths, state),
  });
}

function objectiveChart(objective, paths, group) {
  if (!objective?.grid || paths.length === 0) return null;
  return (objective.names.length === 1 ? lineChart : trajectoryChart)(objective, paths, group);
}
