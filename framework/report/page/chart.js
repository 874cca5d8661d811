// Charts: a figure with a title, controls, a chart that is drawn when it comes near the view, and a note.

const touched = matchMedia('(pointer: coarse)').matches;
const canDraw = typeof Plotly !== 'undefined';
const drawn = new Set(); // functions that draw every chart that was drawn again, for another colour scheme or for paper
const undrawn = new Map(); // by the elements that wait to come into view

const watcher = new IntersectionObserver((entries) => entries.forEach((entry) => entry.isIntersecting && drawNow(entry.target)), {
  rootMargin: '400px',
});

function drawNow(element) {
  const draw = undrawn.get(element);
  if (!draw) return;
  undrawn.delete(element);
  watcher.unobserve(element);
  drawn.add(draw);
  draw();
}

const redrawAll = () => drawn.forEach((draw) => draw());
matchMedia('(prefers-color-scheme: dark)').addEventListener('change', redrawAll);

let paper = false; // while printing: light colours, the width of a sheet
function print(begins) {
  paper = begins;
  document.documentElement.toggleAttribute('data-paper', begins);
  [...undrawn.keys()].forEach(drawNow);
  redrawAll();
}
addEventListener('beforeprint', () => print(true));
addEventListener('afterprint', () => print(false));

const colour = (name) => getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();

// Eight hues that the colour-blind can tell apart, then the same with broken lines.
const kHues = 8;
const hue = (index) => colour(`series-${index % kHues}`);
const dash = (index) => ['solid', 'dash', 'dot', 'dashdot'][Math.floor(index / kHues) % 4];

// For plotly, which takes texts for a little HTML.
const plain = (text) => String(text).replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');

function translucent(hex, alpha) {
  const [r, g, b] = [1, 3, 5].map((at) => parseInt(hex.slice(at, at + 2), 16));
  return `rgba(${r},${g},${b},${alpha})`;
}

function axis(title, more = {}) {
  return {
    title: { text: plain(title), standoff: 8 },
    gridcolor: colour('grid'),
    linecolor: colour('line'),
    zeroline: false,
    showline: true,
    ticks: 'outside',
    ticklen: 4,
    tickcolor: colour('line'),
    automargin: true,
    exponentformat: 'power',
    ...(more.type === 'log' && more.range && logTicks(more.range)),
    ...more,
  };
}

// A tick at each power of ten, or at every few, or at 1, 2 and 5. Plotly writes powers larger than numbers.
function logTicks([low, high]) {
  const decades = high - low;
  if (decades < 1) return {};
  return decades < 2 ? { dtick: 'D2', tickfont: { size: 11 } } : { dtick: Math.ceil(decades / 7), tickfont: { size: 10 } };
}

function layout(own) {
  return {
    font: { family: getComputedStyle(document.body).fontFamily, size: 12, color: colour('ink') },
    paper_bgcolor: 'rgba(0,0,0,0)',
    plot_bgcolor: 'rgba(0,0,0,0)',
    margin: { l: 56, r: 12, t: 8, b: 44 },
    showlegend: false,
    hovermode: 'closest',
    hoverlabel: { bgcolor: colour('paper'), bordercolor: colour('line'), font: { color: colour('ink') }, align: 'left', namelength: -1 },
    modebar: { bgcolor: 'rgba(0,0,0,0)', color: colour('line'), activecolor: colour('ink') },
    dragmode: touched ? false : 'zoom', // a finger scrolls the page
    ...(paper && { width: 640 }),
    ...own,
  };
}

const kConfig = {
  displaylogo: false,
  showSendToCloud: false, // plotly would offer to upload the data
  plotlyServerURL: '',
  displayModeBar: touched ? false : 'hover',
  responsive: true,
  modeBarButtonsToRemove: ['select2d', 'lasso2d', 'autoScale2d'],
  toImageButtonOptions: { format: 'svg', filename: 'descent' },
};

function toggle({ label, key }, on, changed) {
  const button = el('button', { type: 'button', 'aria-pressed': String(on[key]) }, label);
  button.addEventListener('click', () => {
    on[key] = !on[key];
    button.setAttribute('aria-pressed', String(on[key]));
    changed();
  });
  return button;
}

function choice({ label, key, values }, on, changed) {
  const select = el(
    'select',
    {},
    values.map(([id, text]) => el('option', { value: id, selected: on[key] === id }, text)),
  );
  select.addEventListener('change', () => {
    on[key] = select.value;
    changed();
  });
  return el('label', {}, label, ' ', select);
}

// draw(on) gives {data, layout, label}, where `on` holds the state of the controls: [{label, key, on}] for a button that is pressed or not,
// [{label, key, values: [[id, text], …], on: id}] for a choice. A control `when` false is left out. `group` tells when series are hidden.
// Without plotly there is no figure, and the tables have to do.
function chart({ title, note, controls = [], draw, height = 320, group, size, below }) {
  if (!canDraw) return null;
  const shown = controls.filter((control) => control.when !== false);
  const on = Object.fromEntries(controls.map((control) => [control.key, control.on]));
  const plot = el('div', { class: 'plot', role: 'img', style: `height: ${height}px` });
  const redraw = () => {
    const { data, layout: own, label } = draw(on);
    plot.setAttribute('aria-label', label ?? title);
    Plotly.react(plot, data, layout({ height, ...own }), kConfig);
  };
  const changed = () => drawn.has(redraw) && redraw();
  undrawn.set(plot, redraw);
  watcher.observe(plot);
  group?.listeners.add(changed);
  const bar = el(
    'div',
    { class: 'controls' },
    shown.map((control) => (control.values ? choice : toggle)(control, on, changed)),
  );
  const head = el('div', { class: 'head' }, el('h3', {}, title), shown.length > 0 && bar);
  return el('figure', { class: size }, head, plot, below?.(plot, redraw), note && el('figcaption', {}, note));
}

// The series that charts of one part of the page share, with buttons that hide them.
function seriesGroup(names, indexOf) {
  const group = { hidden: new Set(), listeners: new Set() };
  const flip = (name) => (event) => {
    group.hidden.has(name) ? group.hidden.delete(name) : group.hidden.add(name);
    event.currentTarget.setAttribute('aria-pressed', String(!group.hidden.has(name)));
    group.listeners.forEach((listener) => listener());
  };
  group.visible = (list) => list.filter(({ name }) => !group.hidden.has(name));
  group.legend = el(
    'div',
    { class: 'legend', role: 'group', 'aria-label': 'Shown in the charts' },
    names.map((name) => el('button', { type: 'button', 'aria-pressed': 'true', onclick: flip(name) }, swatch(indexOf(name)), name)),
  );
  return group;
}

// A short piece of the series' line.
function swatch(index) {
  const pattern = { solid: null, dash: '5 3', dot: '2 3', dashdot: '6 2 2 2' }[dash(index)];
  const line = svg('line', { x1: 1, x2: 17, y1: 5, y2: 5, class: `series-${index % kHues}`, 'stroke-dasharray': pattern });
  return svg('svg', { class: 'swatch', viewBox: '0 0 18 10', width: 18, height: 10, 'aria-hidden': 'true' }, line);
}
