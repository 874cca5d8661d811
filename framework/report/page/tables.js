// Tables: a caption, heads with a scope, numbers set right; wide ones scroll in a box of their own.

// columns: [{head, cell: (row, i) => what is shown, numeric, title: (row) => …}]; the first column names the row.
function table({ caption, columns, rows, rowClass, hideCaption }) {
  const cell = (column, at, row, i) => {
    const attributes = { class: column.numeric ? 'number' : null, title: column.title?.(row) };
    if (at === 0) return el('th', { scope: 'row', ...attributes }, column.cell(row, i));
    return el('td', attributes, column.cell(row, i));
  };
  const heads = columns.map(({ head, numeric, hint }) => el('th', { scope: 'col', class: numeric ? 'number' : null, title: hint }, head));
  const body = rows.map((row, i) =>
    el(
      'tr',
      { class: rowClass?.(row, i) },
      columns.map((column, at) => cell(column, at, row, i)),
    ),
  );
  const whole = el(
    'table',
    {},
    el('caption', { class: hideCaption ? 'unseen' : null }, caption),
    el('thead', {}, el('tr', {}, heads)),
    el('tbody', {}, body),
  );
  return el('div', { class: 'scroll', role: 'region', tabindex: 0, 'aria-label': caption }, whole);
}

// A column of numbers, in full when pointed at.
const numberColumn = (head, of, more = {}) => ({
  head,
  numeric: true,
  cell: (row) => num(of(row)),
  title: (row) => (typeof of(row) === 'number' ? String(of(row)) : null),
  ...more,
});

// At most `most` rows, and how many more there are.
function longTable({ rows, most = 200, ...rest }) {
  const more = rows.length - most;
  return [table({ ...rest, rows: rows.slice(0, most) }), more > 0 && el('p', { class: 'note' }, `… and ${count(more)} more`)];
}

// A row for each way in which several settings differ: {path: text} each.
function differenceTable(names, settings) {
  const paths = unique(settings.flatMap((one) => Object.keys(one ?? {}))).filter(
    (path) => unique(settings.map((one) => one?.[path])).length > 1,
  );
  if (paths.length === 0) return el('p', { class: 'note' }, 'Their resolved files are equal.');
  const columns = [
    { head: 'key', cell: (path) => el('code', {}, path) },
    ...names.map((name, i) => ({ head: name, cell: (path) => settings[i]?.[path] ?? '–' })),
  ];
  return table({ caption: 'What differs in the resolved files', columns, rows: paths });
}

// How a run or a comparison was made, behind a fold.
function environment({ meta, resolved }) {
  const rows = Object.entries(meta ?? {}).flatMap(([key, entry]) =>
    entry && typeof entry === 'object' && !Array.isArray(entry)
      ? Object.entries(entry).map(([inner, x]) => [`${key}.${inner}`, x])
      : [[key, entry]],
  );
  const text = (x) => (Array.isArray(x) ? command(x.map(String)) : String(x));
  const columns = [
    { head: 'what', cell: ([key]) => key },
    { head: 'value', cell: ([, x]) => text(x) },
  ];
  return section(
    'How it was made',
    rows.length > 0 && folded('Program, machine and times', table({ caption: 'meta.json', columns, rows, hideCaption: true })),
    resolved && folded('Experiment file with every default', el('pre', { tabindex: 0 }, resolved)),
  );
}
