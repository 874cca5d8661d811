// Debian's Chromium, headless.
'use strict';
const { chromium } = require('playwright-core');

// As root, as in a container, Chromium has no sandbox.
const openBrowser = () => chromium.launch({ executablePath: '/usr/bin/chromium', args: process.getuid() === 0 ? ['--no-sandbox'] : [] });

module.exports = { openBrowser };
