// Makes a picture of a chart of a report page: node tests/report/picture.js PAGE.html PICTURE.svg|PICTURE.png [TITLE]. Without a title it
// is the first chart. An svg is drawn anew, with a legend; a png is the figure as it looks.
'use strict';
const fs = require('node:fs');
const path = require('node:path');
const { pathToFileURL } = require('node:url');
const { openBrowser } = require('./browser');

async function vectors(plot) {
  const url = await plot.evaluate(async (element) => {
    const legend = { orientation: 'h', y: 1.02, yanchor: 'bottom', x: 0 };
    const layout = {
      ...element.layout,
      showlegend: true,
      legend,
      margin: { ...element.layout.margin, t: 40 },
      paper_bgcolor: 'white',
      width: undefined,
    };
    return Plotly.toImage({ data: element.data, layout }, { format: 'svg', width: 900, height: 420 });
  });
  return decodeURIComponent(url.slice(url.indexOf(',') + 1));
}

async function main([pageFile, picture, title]) {
  if (!picture) throw new Error('usage: picture.js PAGE.html PICTURE.svg|PICTURE.png [TITLE]');
  const browser = await openBrowser();
  try {
    const page = await browser.newPage({ viewport: { width: 1000, height: 900 }, deviceScaleFactor: 2 });
    await page.goto(pathToFileURL(path.resolve(pageFile)).href);
    const figures = page.locator('figure');
    const figure = (title ? figures.filter({ has: page.locator('h3', { hasText: title }) }) : figures).first();
    await figure.scrollIntoViewIfNeeded();
    await figure.locator('svg.main-svg').first().waitFor();
    if (picture.endsWith('.svg')) fs.writeFileSync(picture, await vectors(figure.locator('.plot')));
    else await figure.screenshot({ path: picture });
  } finally {
    await browser.close();
  }
}

main(process.argv.slice(2)).catch((error) => {
  console.error(`picture: ${error.message}`);
  process.exitCode = 1;
});
