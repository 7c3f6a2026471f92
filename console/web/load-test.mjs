// How the page does with many leads and docks: load-test.mjs URL SECONDS, the seconds for which its memory is watched.
import { browse, median } from "./browser.mjs";

const [url, seconds] = process.argv.slice(2);
const figures = {};
const paint = (page) => page.evaluate(() => performance.getEntriesByName("first-contentful-paint")[0]?.startTime ?? 1e9);

/** Drags the map to and fro for five seconds, as a hand does at sixty moves a second, and counts the pictures of it that were drawn a second. */
async function pans(page) {
  const box = await page.locator(".map canvas").first().boundingBox();
  const [x, y] = [box.x + box.width / 2, box.y + box.height / 2];
  await page.mouse.move(x, y);
  await page.mouse.down();
  const from = await page.evaluate(() => window.mapDrawn.length);
  const moves = [];
  const began = Date.now();
  for (let t = 0; t < 5000; t = Date.now() - began) {
    moves.push(page.mouse.move(x + 150 * Math.sin(t / 300), y + 80 * Math.cos(t / 420)));
    await new Promise((next) => setTimeout(next, 16));
  }
  const drawn = (await page.evaluate(() => window.mapDrawn)).slice(from);
  await Promise.all(moves);
  await page.mouse.up();
  await page.waitForTimeout(500);
  return { fps: Math.round((1000 * (drawn.length - 1)) / (drawn.at(-1) - drawn[0])), gap: Math.round(Math.max(...drawn.slice(1).map((t, i) => t - drawn[i]))) };
}

await browse(async (page, context) => {
  // a picture of the map begins with its clearing: when, for each
  await page.addInitScript(() => {
    window.mapDrawn = [];
    const clear = WebGL2RenderingContext.prototype.clear;
    WebGL2RenderingContext.prototype.clear = function (...of) {
      const frame = document.timeline.currentTime; // the same all through a frame
      if (window.mapDrawn.at(-1) !== frame) window.mapDrawn.push(frame);
      return clear.apply(this, of);
    };
  });
  await page.goto(`${url}fleet`);
  await page.evaluate(() => localStorage.setItem("lang", "en"));
  const paints = [];
  for (let i = 0; i < 3; i++) {
    await page.goto(`${url}leads`);
    await page.locator(".row").first().waitFor();
    paints.push(await paint(page));
  }
  figures.first_paint_ms = Math.round(median(paints));
  figures.first_rows_ms = Math.round(await page.evaluate(() => performance.now()));
  await page.waitForTimeout(6000); // the places of all leads are there
  ({ fps: figures.leads_map_fps, gap: figures.leads_map_longest_gap_ms } = await pans(page));
  // the wheel as fast as it goes: where a row should be there is one
  let blank = 0;
  let looks = 0;
  const rows = await page.locator(".rows").boundingBox();
  await page.mouse.move(rows.x + 50, rows.y + 100);
  for (let i = 0; i < 120; i++) {
    await page.mouse.wheel(0, 1500);
    await page.waitForTimeout(16);
    const seen = await page.evaluate(() => {
      const box = document.querySelector(".rows");
      const r = box.getBoundingClientRect();
      if (box.scrollTop + box.clientHeight > box.scrollHeight - 2) return undefined; // the end of what was read
      let empty = 0;
      for (let y = r.top + 10; y < r.bottom - 10; y += 30) if (!document.elementFromPoint(r.left + 40, y)?.closest(".row")) empty++;
      return empty;
    });
    if (seen === undefined) continue;
    looks++;
    if (seen > 0) blank++;
  }
  figures.looks_while_scrolling = looks;
  figures.looks_with_blank_rows = blank;
  await page.goto(`${url}fleet`);
  await page.waitForFunction(() => (document.querySelector(".map")?.dataset.aircraft ?? "").split(" ").length > 40);
  figures.fleet_paint_ms = Math.round(await paint(page));
  await page.waitForTimeout(3000);
  ({ fps: figures.fleet_map_fps, gap: figures.fleet_map_longest_gap_ms } = await pans(page));
  // memory of both pages, while docks and leads go on: after a collection of what is not used any more
  const other = await context.newPage();
  await other.goto(`${url}leads`);
  await other.locator(".row").first().waitFor();
  const heaps = { fleet: page, leads: other };
  for (const [name, p] of Object.entries(heaps)) heaps[name] = { cdp: await context.newCDPSession(p), used: [] };
  await page.waitForTimeout(10000);
  const until = Date.now() + 1000 * Number(seconds);
  while (Date.now() < until) {
    for (const { cdp, used } of Object.values(heaps)) {
      await cdp.send("HeapProfiler.collectGarbage");
      used.push((await cdp.send("Runtime.getHeapUsage")).usedSize / 2 ** 20);
    }
    console.log(JSON.stringify(Object.values(heaps).map(({ used }) => Math.round(10 * used.at(-1)) / 10)));
    await page.waitForTimeout(Math.min(30000, 250 * Number(seconds)));
  }
  for (const [name, { used }] of Object.entries(heaps)) {
    figures[`heap_${name}_mib_first`] = Math.round(10 * used[0]) / 10;
    figures[`heap_${name}_mib_most`] = Math.round(10 * Math.max(...used)) / 10;
    figures[`heap_${name}_mib_last`] = Math.round(10 * used.at(-1)) / 10;
  }
  console.log(`FIGURES ${JSON.stringify(figures)}`);
});
