// Drives report pages in headless Chromium. The program is $DESCENT_PROGRAM.
'use strict';
const assert = require('node:assert/strict');
const { execFileSync } = require('node:child_process');
const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const { after, before, describe, it } = require('node:test');
const { assertQuiet, axisType, drawAll, figure, lines, open, openBrowser } = require('./browser');
const { comparison, sweep, writeFolder } = require('./fixtures');

const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'descent-pages-'));
const descent = (...args) => execFileSync(process.env.DESCENT_PROGRAM, args, { cwd: folder, encoding: 'utf8', stdio: 'pipe' });
const kHostile = '</script><img src=x onerror="window.harmed=1"><b>a</b>&lt;i&gt;"\'`${1}%{x}';
let browser;
let pages = 0;

// The page of one or more runs, its file beside it.
function report(...runs) {
  const file = path.join(folder, `page${++pages}.html`);
  descent('report', ...runs, '-o', file);
  return file;
}

function study(name, summary) {
  return writeFolder(path.join(folder, name), summary);
}

function run(name, text) {
  fs.writeFileSync(path.join(folder, `${name}.yaml`), text);
  descent('run', `${name}.yaml`, '--quiet', '--out', name);
  return name;
}

const bowl = (lr, more = '') =>
  `objective: {type: expression, expression: "w^2 + 10*b^2", start: {w: 4, b: 1.5}, minimum: 0}\noptimizer: {type: adagrad, lr: ${lr}}\ntrain: {steps: 60}\n${more}`;
const moons =
  'data: {type: moons, samples: 100, split: {validation: 0.2}}\nmodel: {type: mlp, hidden: [8]}\nloss: cross_entropy\nmetrics: [accuracy]\noptimizer: adam\ntrain: {epochs: 5}\nlog: {effective_lr: true}\n';

const titles = (page) => page.locator('figure h3').allTextContents();

before(async () => {
  browser = await openBrowser();
});
after(async () => {
  await browser?.close();
  fs.rmSync(folder, { recursive: true });
});

describe('every kind of page', { concurrency: 2 }, () => {
  const kinds = {
    run: () => report(run('bowl', bowl(0.5))),
    'run with a model': () => report(run('moons', moons)),
    'diverged run': () => {
      assert.throws(() => run('diverged', bowl(1e300).replace('adagrad', 'sgd')));
      return report('diverged');
    },
    runs: () => report(run('slow', bowl(0.1)), run('fast', bowl(1))),
    sweep: () => report(study('sweep', sweep(400))),
    compare: () => report(study('compare', comparison())),
  };
  for (const [kind, make] of Object.entries(kinds)) {
    it(`${kind}: asks for nothing, draws all charts, and fits a wide and a narrow screen`, async () => {
      const file = make();
      for (const options of [{}, { viewport: { width: 390, height: 844 }, colorScheme: 'dark' }]) {
        const page = await open(browser, file, options);
        await drawAll(page);
        assert.ok((await titles(page)).length > 0);
        assert.equal(await page.evaluate(() => document.documentElement.scrollWidth - innerWidth), 0);
        await assertQuiet(page, file);
        await page.close();
      }
    });
  }
});

describe('a page of a comparison as given', () => {
  it('shows the losses above a known minimum, and as they are', async () => {
    const as_given = 'objective: goldstein_price\ntrain: {steps: 40}\ncompare: {optimizers: [{type: adam, lr: 0.1}, {type: sgd, lr: 1e-5}], seeds: [0]}\n';
    const page = await open(browser, report(run('as_given', as_given)));
    await drawAll(page);
    assert.deepEqual((await lines(page, 'Loss over steps')).map(([name]) => name).sort(), ['adam', 'sgd']);
    assert.deepEqual(await figure(page, 'Loss over steps').locator('option').allTextContents(), ['above the minimum', 'as given']);
    await page.close();
  });
});

describe('a page of a comparison', () => {
  let file;
  let page;
  before(async () => {
    file = report(study('three', comparison()));
    page = await open(browser, file);
    await drawAll(page);
  });
  after(() => page.close());

  it('stays under 3 MB', () => assert.ok(fs.statSync(file).size < 3e6));

  it('marks ties, and gives the verdict in words', async () => {
    const [first] = await page.locator('section', { has: page.locator('h2', { hasText: /^bowl$/ }) }).all();
    assert.match(await first.locator('.verdict').textContent(), /No winner/);
    assert.deepEqual((await first.locator('.place').allTextContents()).slice(0, 3), ['1 =', '1 =', '3']);
  });

  it('leads from a verdict to its problem', async () => {
    await page.getByRole('link', { name: 'rosenbrock' }).click();
    assert.ok(await page.locator('h2', { hasText: 'rosenbrock' }).evaluate((head) => head.getBoundingClientRect().top < innerHeight));
  });

  it('has a chart for each thing that is known', async () => {
    const all = await titles(page);
    for (const title of ['Performance profile', 'Loss over steps', 'Trajectories', 'The way down', 'Parameter w', 'Sensitivity to lr']) {
      assert.ok(all.includes(title), title);
    }
  });

  it('switches an axis between linear and logarithmic', async () => {
    const button = figure(page, 'Loss over steps').getByRole('button', { name: 'log loss' });
    assert.equal(await axisType(page, 'Loss over steps'), 'log');
    await button.click();
    assert.equal(await button.getAttribute('aria-pressed'), 'false');
    assert.equal(await axisType(page, 'Loss over steps'), 'linear');
    await button.click();
    assert.equal(await axisType(page, 'Loss over steps'), 'log');
  });

  it('hides an optimizer in every chart of its problem', async () => {
    const legend = page
      .locator('section', { has: page.locator('h2', { hasText: /^bowl$/ }) })
      .locator('.legend')
      .first();
    await legend.getByRole('button', { name: 'adam' }).click();
    assert.ok(!(await lines(page, 'Loss over steps')).some(([name]) => name === 'adam'));
    assert.ok(!(await lines(page, 'Trajectories')).some(([name]) => name === 'adam'));
    await legend.getByRole('button', { name: 'adam' }).click();
    assert.ok((await lines(page, 'Trajectories')).some(([name]) => name === 'adam'));
  });

  it('cuts the trajectories at the step of the slider', async () => {
    const slider = figure(page, 'Trajectories').getByRole('slider', { name: 'step' });
    await slider.focus();
    await slider.evaluate((input) => {
      input.value = 10;
      input.dispatchEvent(new Event('input'));
    });
    assert.equal(await figure(page, 'Trajectories').locator('output').textContent(), 'step 10 of 100');
    await page.waitForFunction(() =>
      [...document.querySelectorAll('.plot')].some((plot) => plot.data?.[0]?.type === 'contour' && plot.data[1].x.length === 11),
    );
    assert.deepEqual(unique((await lines(page, 'Trajectories')).map(([, n]) => n)), [11]);
  });

  it('gives a table for what a chart shows, with a caption and heads', async () => {
    for (const table of await page.locator('table').all()) {
      assert.notEqual(await table.locator('caption').textContent(), '');
      assert.ok((await table.locator('th[scope=col]').count()) > 1);
      assert.equal(await table.locator('tbody tr').count(), await table.locator('th[scope=row]').count());
    }
  });

  it('names every chart and control for those who cannot see them', async () => {
    const unnamed = await page.evaluate(
      () =>
        [...document.querySelectorAll('button:not(.modebar-btn), select, input, .plot, .scroll')].filter(
          (element) => !(element.getAttribute('aria-label') || element.closest('label')?.textContent.trim() || element.textContent.trim()),
        ).length,
    );
    assert.equal(unnamed, 0);
  });

  it('offers to save a chart, and not to upload it', async () => {
    const buttons = await figure(page, 'Loss over steps')
      .locator('.modebar-btn')
      .evaluateAll((list) => list.map((button) => button.dataset.title));
    assert.ok(buttons.includes('Download plot'));
    assert.deepEqual(
      buttons.filter((title) => /share|cloud|upload/i.test(title)),
      [],
    );
  });

  it('follows the colour scheme while it is open', async () => {
    const ink = () =>
      figure(page, 'Loss over steps')
        .locator('.plot')
        .evaluate((plot) => plot.layout.font.color);
    const light = await ink();
    await page.emulateMedia({ colorScheme: 'dark' });
    await page.waitForFunction((before) => document.querySelector('.plot').layout.font.color !== before, light);
    assert.notEqual(await ink(), light);
    await page.emulateMedia({ colorScheme: 'light' });
  });

  it('is quiet all the while', () => assertQuiet(page, file));
});

describe('hostile names', () => {
  it('are shown as they are, and do nothing', async () => {
    const names = [kHostile, '$x$', '__proto__', 'a\nb', 'x'.repeat(300)];
    const summary = comparison(names, ['bowl', 'parabola']);
    summary.problems[0].name = kHostile;
    const file = report(study('hostile', summary));
    const page = await open(browser, file);
    await drawAll(page);
    assert.equal(await page.evaluate(() => window.harmed), undefined);
    assert.equal(await page.locator('img').count(), 0);
    assert.equal((await page.locator('.legend button', { hasText: kHostile }).count()) > 0, true);
    assert.equal(await page.locator('h2', { hasText: kHostile }).count(), 1);
    await figure(page, 'Loss over steps').locator('.plot').hover();
    assert.equal(await page.evaluate(() => document.documentElement.scrollWidth - innerWidth), 0);
    await assertQuiet(page, file);
    await page.close();
  });

  it('in the command of a run are inert on its page', async () => {
    const name = kHostile.replaceAll('/', '');
    fs.writeFileSync(path.join(folder, 'plain.yaml'), bowl(0.5));
    descent('run', 'plain.yaml', '--quiet', '--out', name);
    const file = report(name);
    const page = await open(browser, file);
    await drawAll(page);
    assert.ok((await page.locator('.command').textContent()).includes('<img src=x'));
    assert.equal(await page.evaluate(() => window.harmed), undefined);
    await assertQuiet(page, file);
    await page.close();
  });

  it('could not run even as markup', async () => {
    const page = await open(browser, report(run('guarded', bowl(0.5))));
    await page.evaluate(() => {
      document.body.append(Object.assign(document.createElement('script'), { textContent: 'window.harmed = 1' }));
      document.body.insertAdjacentHTML('beforeend', '<img src="data:," onerror="window.harmed = 1">');
    });
    await page.waitForTimeout(100);
    assert.equal(await page.evaluate(() => window.harmed), undefined);
    assert.ok(page.said.length > 0 && page.said.every((line) => line.includes('Content Security Policy')));
    await page.close();
  });
});

describe('a page without plotly.js', () => {
  it('says that it has no charts, and keeps its tables', async () => {
    const whole = fs.readFileSync(report(study('tables', comparison())), 'utf8');
    const file = path.join(folder, 'tables.html');
    const embed = path.join(__dirname, '../../framework/report/embed.cmake');
    execFileSync('cmake', ['-D', `OUT=${file}`, '-D', 'PLOTLY=', '-P', embed]);
    fs.appendFileSync(file, whole.slice(whole.indexOf('{"kind"')));
    const page = await open(browser, file);
    assert.match(await page.locator('header').textContent(), /Without charts/);
    assert.equal(await page.locator('figure').count(), 0);
    assert.ok((await page.locator('table').count()) > 3);
    await assertQuiet(page, file);
    await page.close();
  });
});

describe('large pages', () => {
  it('a sweep of 10,000 trials opens within 3 s and shows the first 200', async () => {
    const file = report(study('large', sweep(10000)));
    const page = await open(browser, file);
    await page.locator('.plot svg.main-svg').first().waitFor();
    assert.ok(page.milliseconds < 3000, `${page.milliseconds} ms`);
    assert.equal(
      await page
        .locator('section', { has: page.locator('h2', { hasText: 'Leaderboard' }) })
        .locator('tbody tr')
        .count(),
      200,
    );
    await drawAll(page);
    await assertQuiet(page, file);
    await page.close();
  });
});

describe('paper', () => {
  it('gets every chart, in light colours', async () => {
    const page = await open(browser, report(study('paper', comparison())), { colorScheme: 'dark' });
    assert.ok((await page.pdf()).length > 50_000);
    await page.evaluate(() => dispatchEvent(new Event('beforeprint')));
    assert.equal(await page.locator('.plot:not(:has(svg.main-svg))').count(), 0);
    assert.equal(
      await page
        .locator('.plot')
        .first()
        .evaluate((plot) => plot.layout.font.color),
      '#1b1f24',
    );
    await page.close();
  });
});

function unique(list) {
  return [...new Set(list)];
}
