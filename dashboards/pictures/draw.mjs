// node draw.mjs STORIES OUT: for each board of STORIES (a JSON file) a picture OUT/<board>.png.
import { readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { chromium } from 'playwright-core';
import UPNG from 'upng-js';

const [stories, out] = process.argv.slice(2);
const here = dirname(fileURLToPath(import.meta.url));

await build({
  entryPoints: [join(here, 'board.jsx')],
  bundle: true,
  outfile: join(here, 'made', 'board.js'),
  jsx: 'automatic',
  format: 'iife',
  define: { 'process.env.NODE_ENV': '"production"', global: 'window' },
  loader: { '.svg': 'text', '.png': 'dataurl', '.ttf': 'empty', '.woff': 'empty', '.woff2': 'dataurl' },
  logLevel: 'error',
});

const options = ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking'];
const more = ['--disable-component-update', '--disable-sync', '--disable-dev-shm-usage'];
const browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium', args: [...options, ...more] });
const failures = [];
try {
  for (const story of JSON.parse(await readFile(stories, 'utf8'))) {
    const page = await browser.newPage({ viewport: { width: 1640, height: 2000 }, timezoneId: 'UTC', locale: 'en-US' });
    page.on('pageerror', (error) => failures.push(`${story.name}: ${error.stack}`));
    await page.clock.setFixedTime(story.to);
    const data = JSON.stringify(story).replaceAll('<', '\\u003c');
    const head = '<!doctype html><meta charset="utf-8"><link rel=icon href="data:,"><link rel="stylesheet" href="board.css">';
    const html = `${head}<div id="root"></div><script>window.STORY=${data}</script><script src="board.js"></script>`;
    await writeFile(join(here, 'made', `${story.name}.html`), html);
    await page.goto(`file://${join(here, 'made', story.name)}.html`);
    await page.waitForSelector('#board');
    await page.evaluate(() => document.fonts.ready);
    await page.waitForTimeout(2500);
    const image = UPNG.decode(await page.locator('#board').screenshot({ animations: 'disabled' }));
    // A palette of 256 colours: a third of the size, and no difference to be seen.
    const smaller = UPNG.encode([UPNG.toRGBA8(image)[0]], image.width, image.height, 256);
    await writeFile(join(out, `${story.name}.png`), Buffer.from(smaller));
    console.log(join(out, `${story.name}.png`));
    await page.close();
  }
} finally {
  await browser.close();
}
// A picture with an error in it looks nearly right: better none.
if (failures.length) {
  console.error(failures.join('\n'));
  process.exit(1);
}
