// Elements. Texts become text nodes and nothing else: whatever a name holds, it is never markup.

function append(parent, children) {
  for (const child of children.flat(Infinity)) {
    if (child !== null && child !== undefined && child !== false) parent.append(child);
  }
  return parent;
}

function set(element, attributes) {
  for (const [key, value] of Object.entries(attributes)) {
    if (key.startsWith('on')) element.addEventListener(key.slice(2), value);
    else if (value === true) element.setAttribute(key, '');
    else if (value !== false && value !== null && value !== undefined) element.setAttribute(key, value);
  }
  return element;
}

const el = (tag, attributes = {}, ...children) => append(set(document.createElement(tag), attributes), children);

const svg = (tag, attributes = {}, ...children) =>
  append(set(document.createElementNS('http://www.w3.org/2000/svg', tag), attributes), children);

// A part of the page with a heading, or nothing when it would be empty.
function section(title, ...content) {
  const children = content.flat(Infinity).filter((child) => child);
  return children.length > 0 && el('section', {}, el('h2', {}, title), children);
}

const figures = (...content) => {
  const children = content.flat(Infinity).filter((child) => child);
  return children.length > 0 && el('div', { class: 'figures' }, children);
};

// [[term, definition], …]; those without a definition are left out.
const facts = (pairs) =>
  el(
    'dl',
    { class: 'facts' },
    pairs
      .filter(([, value]) => value !== null && value !== undefined && value !== '' && value !== false)
      .map(([term, value]) => el('div', {}, el('dt', {}, term), el('dd', {}, value))),
  );

const folded = (summary, ...content) => el('details', {}, el('summary', {}, summary), content);
