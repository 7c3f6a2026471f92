// Watches a dock's live video on the page, and reads from its pictures when they were made, and for which frame boxes are drawn: live-test.mjs URL. The film
// is that of console/live_test.go.
import { browse, median } from "./browser.mjs";

const [url] = process.argv.slice(2);
await browse(async (page) => {
  await page.goto(`${url}fleet`);
  await page.evaluate(() => localStorage.setItem("lang", "en"));
  await page.reload();
  await page.getByRole("button", { name: "Watch" }).click();
  await page.waitForFunction(() => document.querySelector(".live video")?.currentTime > 1, null, { timeout: 30000 });
  const seen = await page.evaluate(async () => {
    const block = 40;
    const video = document.querySelector(".live video");
    const screen = document.querySelector(".live canvas");
    const out = [];
    const until = performance.now() + 8000;
    await new Promise((end) => {
      const look = () => {
        if (performance.now() > until) return end();
        // the page draws in a call of its own for the same frame
        setTimeout(() => {
          const now = Date.now();
          const pixels = screen.getContext("2d").getImageData(0, 0, 1280, 400).data;
          const at = (x, y) => 4 * (y * 1280 + x);
          const bits = (y) => {
            let n = 0;
            for (let i = 0; i < 32; i++) if (pixels[at(i * block + block / 2, y)] > 128) n |= 1 << i;
            return n >>> 0;
          };
          let x; // the box is orange, the square within it white
          for (let i = 0; i < 1280 && x === undefined; i++) if (pixels[at(i, 350)] - pixels[at(i, 350) + 2] > 90) x = i;
          out.push({ late: ((now >>> 0) - bits(block / 2)) | 0, frame: bits(block + block / 2), x });
        }, 0);
        video.requestVideoFrameCallback(look);
      };
      video.requestVideoFrameCallback(look);
    });
    return out;
  });
  const withBoxes = seen.filter((s) => s.x !== undefined);
  // the square's left edge lies at 100 + 10 (n mod 100); the line of a box is 3 wide. At the turn a box runs on
  const off = withBoxes.filter((s) => s.frame % 100 > 20).map((s) => Math.abs((s.x + 1.5 - 100) / 10 - (s.frame % 100))).sort((a, b) => a - b);
  const figures = {
    frames: seen.length,
    glass_to_browser_ms_median: median(seen.map((s) => s.late)),
    glass_to_browser_ms_p95: seen.map((s) => s.late).sort((a, b) => a - b)[Math.floor(seen.length * 0.95)],
    frames_with_boxes: withBoxes.length,
    boxes_frames_off_median: off[Math.floor(off.length / 2)],
    boxes_frames_off_p95: off[Math.floor(off.length * 0.95)],
  };
  // where WebRTC does not pass, it comes as HLS
  await page.route("**/whep", async (r) => {
    const res = await r.fetch();
    await r.fulfill({ response: res, body: (await res.text()).replace(/(a=candidate:\S+ \d+ udp \d+ \S+) \d+/g, "$1 9") });
  });
  await page.reload();
  await page.getByRole("button", { name: "Watch" }).click();
  await page.getByText("it comes as HLS").waitFor({ timeout: 20000 });
  await page.waitForFunction(() => document.querySelector(".live video")?.currentTime > 2, null, { timeout: 40000 });
  figures.hls_s_late = await page.evaluate(() => {
    const pixels = document.querySelector(".live canvas").getContext("2d").getImageData(0, 20, 1280, 1).data;
    let made = 0;
    for (let i = 0; i < 32; i++) if (pixels[4 * (i * 40 + 20)] > 128) made |= 1 << i;
    return (((Date.now() >>> 0) - (made >>> 0)) | 0) / 1000;
  });
  console.log(`FIGURES ${JSON.stringify(figures)}`);
});
