// A person's way through the page: browser-test.mjs URL FOLDER-FOR-SCREENSHOTS
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { chromium } from "playwright-core";

const [url, shots] = process.argv.slice(2);
const profile = mkdtempSync(join(tmpdir(), "harrier-chromium-"));
const context = await chromium.launchPersistentContext(profile, {
  executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
  viewport: { width: 1440, height: 900 },
  args: ["--no-sandbox", "--disable-gpu", "--use-gl=swiftshader", "--enable-unsafe-swiftshader", "--disable-background-networking", "--disable-component-update", "--disable-sync", "--no-first-run"],
});
try {
  const page = context.pages()[0];
  const outside = [];
  page.on("request", (r) => {
    if (!r.url().startsWith(url) && !r.url().startsWith("data:") && !r.url().startsWith("blob:")) outside.push(r.url());
  });
  const errors = [];
  page.on("pageerror", (e) => errors.push(String(e)));
  page.on("console", (m) => {
    if (m.text().includes("Content Security Policy")) errors.push(m.text().slice(-400));
  });
  await page.goto(url);
  await page.evaluate(() => localStorage.setItem("by", "browser test"));
  await page.reload();
  await page.getByText("English").click();
  const aircraft = page.locator(".aircraft-mark").first();
  await aircraft.waitFor({ timeout: 40000 });
  const at = () => aircraft.getAttribute("data-lon");
  const from = await at();
  await page.waitForFunction((was) => document.querySelector(".aircraft-mark")?.dataset.lon !== was, from, { timeout: 20000 });
  console.log("an aircraft moves");
  const lead = page.locator(".leads li[data-state=candidate]").first();
  await lead.waitFor({ timeout: 60000 });
  console.log("a lead arrived");
  await page.keyboard.press("ArrowDown");
  await page.locator(".evidence .frame svg rect").waitFor({ timeout: 15000 });
  const [picture, outlined] = await Promise.all([".evidence .frame img", ".evidence .frame svg"].map((s) => page.locator(s).boundingBox()));
  if (["x", "y", "width", "height"].some((k) => Math.abs(picture[k] - outlined[k]) > 1)) throw new Error(`the outline lies elsewhere than its picture: ${JSON.stringify([picture, outlined])}`);
  await page.waitForTimeout(2500);
  await page.screenshot({ path: join(shots, "console-en.png") });
  const id = await page.locator(".leads li.chosen").getAttribute("id");
  await page.locator(`#${id} button.confirm`).click();
  await page.locator(`#${id}[data-state=confirmed]`).waitFor({ timeout: 10000 });
  console.log("it is confirmed");
  await page.locator(".evidence .close").click();
  await page.getByRole("tab", { name: /Docks/ }).click();
  const dock = page.locator(".docks li[data-sn=SIMDOCK0002]"); // it has no flight
  await dock.locator("button.ground").click();
  await page.getByLabel("Reason, for the log").fill("crane beside the dock");
  await page.getByRole("button", { name: "Do it" }).click();
  await dock.getByText("browser test: crane beside the dock").first().waitFor({ timeout: 10000 });
  await page.waitForTimeout(800);
  await page.screenshot({ path: join(shots, "docks.png") });
  await dock.locator("button.release").click();
  await page.getByLabel("Reason, for the log").fill("crane gone");
  await page.getByLabel("Reason, for the log").press("Enter");
  await dock.locator("button.ground").waitFor({ timeout: 10000 });
  console.log("a dock is held and released");
  await page.getByRole("tab", { name: /Requests/ }).click();
  await page.waitForFunction(() => document.querySelectorAll(".requests > li").length === 3 && document.querySelector(".request[data-state=partly], .request[data-state=seen], .request[data-state=current]") !== null, null, { timeout: 60000 });
  await page.screenshot({ path: join(shots, "requests.png") });
  console.log("three departments asked, and what was seen for them is told");
  await page.getByRole("tab", { name: /Leads/ }).click();
  await page.getByLabel("Coverage").click();
  await page.waitForFunction(async () => (await (await fetch("/map/coverage.geojson")).json()).features.length > 3, null, { timeout: 60000 });
  await page.waitForTimeout(12000); // the map asks again every ten seconds
  const popup = page.locator(".coverage-popup");
  find: for (let y = 300; y <= 700; y += 80)
    for (let x = 350; x <= 850; x += 100) {
      await page.mouse.click(x, y);
      await page.waitForTimeout(200);
      if (await popup.isVisible()) break find;
    }
  await popup.waitFor({ timeout: 5000 });
  await page.screenshot({ path: join(shots, "coverage.png") });
  console.log("the coverage is drawn");
  await page.getByLabel("Coverage").click();
  await page.getByText("中文").click();
  await page.waitForTimeout(1500);
  await page.screenshot({ path: join(shots, "console-zh.png") });
  if (outside.length > 0) throw new Error(`the page asked others: ${outside.slice(0, 3)}`);
  if (errors.length > 0) throw new Error(`errors in the page: ${errors.slice(0, 3)}`);
} finally {
  await context.close();
  rmSync(profile, { recursive: true, force: true });
}
