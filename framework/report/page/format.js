// Numbers and lists as people read them. JSON has no infinities: null is a number that is not finite, or a target never reached.

function num(x, digits = 4) {
  if (x === null || x === undefined) return '–';
  if (typeof x !== 'number') return String(x);
  const size = Math.abs(x);
  if (x !== 0 && (size < 1e-3 || size >= 1e6))
    return x
      .toExponential(digits - 1)
      .replace(/\.?0+e/, 'e')
      .replace('e+', 'e');
  return String(Number(x.toPrecision(Math.max(digits, size >= 1 ? Math.ceil(Math.log10(size + 1)) : 0))));
}

const count = (x) => (Number.isInteger(x) ? String(x).replace(/\B(?=(\d{3})+$)/g, '\u202f') : num(x));

const plural = (n, noun) => `${count(n)} ${noun}${n === 1 ? '' : 's'}`;

function seconds(x) {
  if (typeof x !== 'number') return num(x);
  const [factor, unit] = x < 1e-3 ? [1e6, 'µs'] : x < 1 ? [1e3, 'ms'] : x < 120 ? [1, 's'] : [1 / 60, 'min'];
  return `${num(x * factor, 3)}\u202f${unit}`;
}

function value(x) {
  if (x === null || typeof x === 'number') return num(x);
  if (Array.isArray(x)) return x.map(value).join(', ');
  return typeof x === 'object' ? options(x) : String(x);
}

// {"lr": 0.1, "eps": 1e-8} as `lr 0.1, eps 1e-8`
const options = (set) =>
  Object.entries(set ?? {})
    .map(([key, x]) => `${key} ${value(x)}`)
    .join(', ');

// 1, 2, 3, 4, 7 as `1–4, 7`
function ranges(numbers) {
  const parts = [];
  for (const n of numbers ?? []) {
    const last = parts.at(-1);
    if (last && n === last[1] + 1) last[1] = n;
    else parts.push([n, n]);
  }
  return parts.map(([a, b]) => (a === b ? `${a}` : b === a + 1 ? `${a}, ${b}` : `${a}–${b}`)).join(', ');
}

// As it could be typed into a shell.
const command = (words) =>
  (words ?? []).map((word) => (/^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`)).join(' ');

const finite = (numbers) => numbers.filter((x) => typeof x === 'number' && Number.isFinite(x));

const unique = (list) => [...new Set(list)];

function quantile(sorted, q) {
  const at = (sorted.length - 1) * q;
  const low = sorted[Math.floor(at)];
  return low + (sorted[Math.ceil(at)] - low) * (at % 1);
}

// Not by Math.min(...numbers): there may be more than a call takes.
const extent = (numbers) => numbers.reduce(([low, high], x) => [Math.min(low, x), Math.max(high, x)], [Infinity, -Infinity]);

// Whether numbers are better told apart on a logarithmic axis: a few that are 0 are no reason against it.
function wantsLog(numbers) {
  const known = finite(numbers);
  const positive = known.filter((x) => x > 0);
  const [low, high] = extent(positive);
  return positive.length > 0.6 * known.length && extent(known)[0] >= 0 && high > 30 * low;
}
