// Debian's Chromium, headless, and what tests ask of the pages in it.
'use strict';
const assert = require('node:assert/strict');
const { pathToFileURL } = require('node:url');
const { chromium } = require('playwright-core');

// As root, as in a container, Chromium has no sandbox.
const openBrowser = () => chromium.launch({ executablePath: '/usr/bin/chromium', args: process.getuid() === 0 ? ['--no-sandbox'] : [] });

// Opens a page's file. `asked` becomes what it requested, `said` what the console got, `milliseconds` how long it took.
async function open(browser, file, options = {}) {
  const page = await browser.newPage({ viewport: { width: 1400, height: 900 }, ...options });
  page.said = [];
  page.asked = [];
  page.on('console', (message) => page.said.push(message.text()));
  page.on('pageerror', (error) => page.said.push(String(error)));
  page.on('request', (request) => page.asked.push(request.url()));
  const started = Date.now();
  await page.goto(pathToFileURL(file).href);
  await page.waitForSelector('h1');
  page.milliseconds = Date.now() - started;
  return page;
}

async function drawAll(page) {
  for (const plot of await page.locator('.plot').all()) {
    await plot.evaluate((element) => element.scrollIntoView());
    await plot.locator('svg.main-svg').first().waitFor();
  }
}

async function assertQuiet(page, file) {
  assert.deepEqual(page.asked, [pathToFileURL(file).href]);
  assert.deepEqual(page.said, []);
}

const figure = (page, title) =>
  page
    .locator('figure')
    .filter({ has: page.locator('h3', { hasText: title }) })
    .first();

const axisType = (page, title) =>
  figure(page, title)
    .locator('.plot')
    .evaluate((plot) => plot.layout.yaxis.type);

// What is drawn of each visible curve, by its name.
const lines = (page, title) =>
  figure(page, title)
    .locator('.plot')
    .evaluate((plot) =>
      plot.data.filter((trace) => trace.mode === 'lines' && trace.showlegend !== false).map(({ name, x }) => [name, x.length]),
    );

module.exports = { openBrowser, open, drawAll, assertQuiet, figure, axisType, lines };
