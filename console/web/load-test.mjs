// How the page does with many leads and docks: load-test.mjs URL SECONDS, the seconds for which its memory is watched.
import { browse, median } from "./browser.mjs";

const [url, seconds] = process.argv.slice(2);
const figures = {};
const paint = (page) => page.evaluate(() => performance.getEntriesByName("first-contentful-paint")[0]?.startTime ?? 1e9);

/** Drags the map to and fro for five seconds, and counts the pictures that were drawn a second. */
async function pans(page) {
  await page.evaluate(() => {
    window.drawn = [];
    const count = (t) => {
      window.drawn.push(t);
      requestAnimationFrame(count);
    };
    requestAnimationFrame(count);
  });
  const box = await page.locator(".map canvas").first().boundingBox();
  const [x, y] = [box.x + box.width / 2, box.y + box.height / 2];
  await page.mouse.move(x, y);
  await page.mouse.down();
  const began = Date.now();
  for (let i = 0; Date.now() - began < 5000; i++) {
    await page.mouse.move(x + 150 * Math.sin(i / 10), y + 80 * Math.cos(i / 14));
    await page.waitForTimeout(8);
  }
  await page.mouse.up();
  const drawn = await page.evaluate(() => window.drawn);
  return { fps: Math.round(1000 * (drawn.length - 1) / (drawn.at(-1) - drawn[0])), gap: Math.round(Math.max(...drawn.slice(1).map((t, i) => t - drawn[i]))) };
}

await browse(async (page, context) => {
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
  await page.locator(".aircraft-mark").nth(40).waitFor();
  figures.fleet_paint_ms = Math.round(await paint(page));
  await page.waitForTimeout(3000);
  ({ fps: figures.fleet_map_fps, gap: figures.fleet_map_longest_gap_ms } = await pans(page));
  // memory, while docks and leads go on: after a collection of what is not used any more
  const cdp = await context.newCDPSession(page);
  const heap = async () => {
    await cdp.send("HeapProfiler.collectGarbage");
    return (await cdp.send("Runtime.getHeapUsage")).usedSize / 2 ** 20;
  };
  await page.goto(`${url}leads`);
  await page.locator(".row").first().waitFor();
  await page.waitForTimeout(10000);
  const used = [];
  const until = Date.now() + 1000 * Number(seconds);
  while (Date.now() < until) {
    used.push(await heap());
    await page.waitForTimeout(Math.min(30000, 250 * Number(seconds)));
  }
  figures.heap_mib_first = Math.round(10 * used[0]) / 10;
  figures.heap_mib_last = Math.round(10 * used.at(-1)) / 10;
  console.log(`FIGURES ${JSON.stringify(figures)}`);
});
