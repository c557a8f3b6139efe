// Opens pages in a real browser and prints, as JSON, what happened there:
//     node look.mjs MODULES BROWSER PICTURES PAGE...
// MODULES is the directory with node_modules, BROWSER the program, PICTURES a directory for screenshots.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { basename, join, resolve } from "node:path";
import { pathToFileURL } from "node:url";

const [modules, browser, pictures, ...pages] = process.argv.slice(2);
const require = createRequire(join(resolve(modules), "package.json"));
const { chromium } = require("playwright-core");
const axe = readFileSync(require.resolve("axe-core/axe.min.js"), "utf8");
const WIDTHS = [380, 1400];
const THEMES = ["light", "dark"];

const started = await chromium.launch({ executablePath: browser, args: ["--no-sandbox", "--disable-dev-shm-usage"] });
const looks = [];
for (const file of pages) {
  for (const colorScheme of THEMES) {
    for (const width of WIDTHS) {
      looks.push(await look(file, colorScheme, width));
    }
  }
}
await started.close();
console.log(JSON.stringify(looks));

async function look(file, colorScheme, width) {
  const context = await started.newContext({ colorScheme, viewport: { width, height: 900 } });
  const page = await context.newPage();
  const address = pathToFileURL(resolve(file)).href;
  const errors = [];
  const requests = [];
  page.on("console", (message) => message.type() === "error" && errors.push(message.text()));
  page.on("pageerror", (error) => errors.push(String(error)));
  page.on("request", (request) => request.url() !== address && requests.push(request.url()));
  await page.goto(address, { waitUntil: "load" });
  const name = `${basename(file, ".html")}-${colorScheme}-${width}`;
  if (!name.startsWith("many")) await rendered(page, width);
  await page.screenshot({ path: join(pictures, `${name}.png`) });
  await page.setViewportSize({ width, height: 900 });
  const overflow = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
  const look = { name, errors, requests, overflow, checked: 0, violations: [] };
  if (!name.startsWith("many")) Object.assign(look, await judged(page));
  if (width === WIDTHS[1] && colorScheme === THEMES[0]) {
    if (!name.startsWith("many")) await page.pdf({ path: join(pictures, `${name}.pdf`), format: "A4" });
    Object.assign(look, await handled(page));
  }
  await context.close();
  return look;
}

// Ask axe. It would need minutes for ten thousand rows, which are like those of the other pages.
async function judged(page) {
  await page.evaluate(axe); // by the debugger, so that the policy of the page does not stop it
  const found = await page.evaluate(() => window.axe.run(document, { preload: false, resultTypes: ["violations"] }));
  const violations = found.violations.map((each) => `${each.id}: ${each.nodes[0].html} ${each.nodes[0].failureSummary}`);
  return { checked: found.passes.length, violations };
}

// Make the window as high as the page: the browser lays out only what is in it.
async function rendered(page, width) {
  for (let round = 0; round < 2; round++) {
    const height = await page.evaluate(() => document.documentElement.scrollHeight);
    await page.setViewportSize({ width, height });
  }
}

// Open all parts by the keyboard, and scroll to the last row.
async function handled(page) {
  const closed = page.locator("details:not([open]) > summary");
  while (await closed.count()) {
    const before = await closed.count();
    await closed.first().focus();
    await page.keyboard.press("Enter");
    if ((await closed.count()) === before) return { unopened: before, rows: 1 };
  }
  const rows = page.locator("tbody tr");
  if (!(await rows.count())) return { unopened: 0, rows: 0 };
  const started = Date.now();
  for (let at = 0; at < 60; at++) await page.mouse.wheel(0, 20_000);
  await page.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))));
  const end = await page.evaluate(() => scrollY + innerHeight >= document.documentElement.scrollHeight - 1);
  const last = rows.last();
  await last.scrollIntoViewIfNeeded();
  return { unopened: 0, rows: await rows.count(), end, last: await last.isVisible(), milliseconds: Date.now() - started };
}
