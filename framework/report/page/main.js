// Shows the data that stands at the end of the page.

const kPages = { run: runPage, runs: runsPage, sweep: sweepPage, compare: comparePage };

const kKickers = {
  run: () => 'Training run',
  runs: () => 'Training runs',
  sweep: ({ summary }) => `Sweep over ${(summary.axes ?? []).map(({ path }) => path).join(', ')}`,
  compare: ({ summary }) =>
    `Comparison of ${plural(summary.problems[0]?.optimizers.length ?? 0, 'optimizer')} on ${plural(summary.problems.length, 'problem')}`,
};

const time = (text) => (text ?? '').replace(/^([\d-]+)T([\d:]+)Z$/, '$1 $2 UTC');

function header(data) {
  const { meta } = data;
  const made =
    meta &&
    `descent ${meta.version}, ${meta.compiler}; seed ${meta.seed}, ${plural(meta.threads ?? 1, 'thread')}; ${time(meta.finished ?? meta.started)}`;
  return el(
    'header',
    {},
    el('p', { class: 'kicker' }, kKickers[data.kind](data)),
    el('h1', {}, data.name || data.summary?.name || 'descent'),
    meta && el('p', { class: 'command' }, el('code', {}, command(meta.arguments))),
    meta && el('p', { class: 'made' }, made),
    !canDraw && el('p', { class: 'note' }, 'Without charts: descent was built without plotly.js. All numbers are in the tables.'),
  );
}

const data = JSON.parse(document.getElementById('data').textContent);
document.title = `${data.name || data.summary?.name || data.kind} – descent`;
append(document.getElementById('page'), [header(data), kPages[data.kind](data)]);
