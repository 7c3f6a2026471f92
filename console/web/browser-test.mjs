// Three people's ways through the page, as they would go: browser-test.mjs URL FOLDER-FOR-SCREENSHOTS. It prints one JSON line of figures at its end.
import { join } from "node:path";
import { browse, median, serious } from "./browser.mjs";

const [url, shots] = process.argv.slice(2);
const figures = {};
const began = Date.now();
const say = (what) => console.log(`${((Date.now() - began) / 1000).toFixed(0)} s: ${what}`);
await browse(async (page) => {
  const outside = [];
  const errors = [];
  page.on("request", (r) => {
    if (!r.url().startsWith(url) && !r.url().startsWith("data:") && !r.url().startsWith("blob:")) outside.push(r.url());
  });
  page.on("pageerror", (e) => errors.push(String(e)));
  page.on("console", (m) => {
    if (m.text().includes("Content Security Policy")) errors.push(m.text().slice(-400));
  });
  const as = async (role) => {
    await page.evaluate((name) => fetch("/api/session", { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify({ name, password: "" }) }), role);
    await page.goto(`${url}${role === "operator" ? "fleet" : "review"}`);
    await page.getByRole("button", { name: `demo-${role}` }).waitFor();
  };

  // the page is first loaded
  await page.goto(`${url}fleet`);
  await page.locator(".dock").first().waitFor();
  await page.waitForTimeout(1500);
  const scripts = await page.evaluate(() => performance.getEntriesByType("resource").filter((e) => e.name.endsWith(".js")).map((e) => [e.name, e.encodedBodySize]));
  figures.first_js_kb = Math.round(scripts.filter(([name]) => !/\/Map-/.test(name)).reduce((sum, [, size]) => sum + size, 0) / 1024);
  figures.first_paint_ms = Math.round(await page.evaluate(() => performance.getEntriesByName("first-contentful-paint")[0]?.startTime ?? 0));
  await page.evaluate(() => localStorage.setItem("lang", "en"));

  // an operator plans the day, approves it, watches the flight that it starts
  await as("operator");
  await page.goto(`${url}plan`);
  await page.getByRole("button", { name: "Make the plan" }).click();
  await page.getByRole("button", { name: "Do it" }).click();
  await page.locator(".approve").click({ timeout: 60000 });
  await page.locator(".ant-tag", { hasText: "approved" }).waitFor({ timeout: 20000 });
  await page.locator(".timeline-flight").first().click();
  await page.locator(".chosen-flight li").first().waitFor();
  await page.screenshot({ path: join(shots, "plan.png") });
  say("the day is planned and approved");
  await page.goto(`${url}fleet`);
  await page.locator(".dock[data-life=flying]").waitFor({ timeout: 150000 });
  const places = () => page.evaluate(() => document.querySelector(".map")?.dataset.aircraft ?? "");
  await page.waitForFunction(() => document.querySelector(".map")?.dataset.aircraft, null, { timeout: 20000 });
  const from = await places();
  await page.waitForFunction((was) => document.querySelector(".map").dataset.aircraft !== was, from, { timeout: 20000 });
  await page.getByRole("button", { name: "Watch" }).first().click();
  await page.waitForFunction(() => document.querySelector(".live video")?.currentTime > 0.5, null, { timeout: 30000 });
  await page.screenshot({ path: join(shots, "fleet.png") });
  say("it flies, and its video is shown");
  await page.keyboard.press("Escape");
  await page.goto(`${url}leads`);
  await page.waitForFunction(() => Number(document.querySelector(".rows")?.getAttribute("aria-rowcount") ?? 0) >= 22, null, { timeout: 120000 });
  say("22 leads have come");

  // an analyst reviews by keys alone
  await as("analyst");
  await page.locator(".review-in").waitFor({ timeout: 20000 });
  await page.waitForTimeout(1500);
  await page.evaluate(() => {
    window.shifts = 0;
    new PerformanceObserver((l) => {
      for (const e of l.getEntries()) if (!e.hadRecentInput) window.shifts += e.value;
    }).observe({ type: "layout-shift", buffered: true });
  });
  // when a decision was pressed, and when the next lead's picture was there
  await page.evaluate(() => {
    window.took = [];
    let shown;
    let pressed = 0;
    window.waits = false;
    window.addEventListener(
      "keydown",
      (e) => {
        if (e.key === "c" || e.key === "1") {
          pressed = performance.now();
          window.waits = true;
        }
      },
      true,
    );
    const look = () => {
      const now = document.querySelector(".review-in");
      const img = now?.querySelector(".picture img");
      if (!now || (img?.complete && img.naturalWidth > 0)) {
        const lead = now?.dataset.lead;
        if (window.waits && lead !== shown) {
          window.took.push(performance.now() - pressed);
          window.waits = false;
        }
        shown = lead;
      }
      requestAnimationFrame(look);
    };
    look();
  });
  const took = [];
  for (let i = 0; i < 20; i++) {
    const t0 = Date.now();
    if (i % 5 === 4) {
      await page.keyboard.press("x");
      await page.locator(".reasons").waitFor();
      await page.keyboard.press("1");
    } else await page.keyboard.press("c");
    await page.waitForFunction((n) => window.took.length === n, i + 1, { timeout: 15000 });
    took.push(Date.now() - t0);
  }
  const next = await page.evaluate(() => window.took);
  figures.review_s_median = median(took) / 1000;
  figures.next_evidence_ms_median = Math.round(median(next));
  figures.layout_shift_review = Number((await page.evaluate(() => window.shifts)).toFixed(4));
  await page.screenshot({ path: join(shots, "review.png") });
  // what was seen again with a better frame meanwhile is refused, and looked at again
  for (let i = 0; i < 30 && (await page.getByText("20 decided").count()) === 0; i++) {
    await page.waitForTimeout(1000);
    if ((await page.locator(".again").count()) > 0) {
      say(`refused: ${await page.locator(".error").first().textContent()}`);
      await page.locator(".again").first().click();
      await page.waitForTimeout(1000);
      await page.keyboard.press("c");
    }
  }
  await page.getByText("20 decided").waitFor({ timeout: 15000 });
  await page.keyboard.press("z");
  await page.getByText("19 decided").waitFor({ timeout: 10000 });
  await page.keyboard.press("?");
  await page.getByText("ask for a close-up").waitFor();
  await page.keyboard.press("Escape");
  say("an analyst has decided on 20 leads by keys, and taken one back");

  // a legal reviewer confirms what was checked
  await as("legal");
  await page.locator(".review-in .confirm", { hasText: "Confirm" }).waitFor({ timeout: 20000 });
  const confirmed = await page.locator(".review-in").getAttribute("data-lead");
  await page.keyboard.press("c");
  await page.getByText("1 decided").waitFor({ timeout: 15000 });
  figures.confirmed = confirmed;
  say("a legal reviewer has confirmed one");

  // the operator holds a dock, and brings the aircraft home
  await as("operator");
  const idle = page.locator(".dock[data-sn=SIMDOCK0002]");
  await idle.locator("button.ground").click();
  await page.getByLabel("Reason, for the log").fill("crane beside the dock");
  await page.getByRole("button", { name: "Do it" }).click();
  await idle.getByText("demo-operator: crane beside the dock").first().waitFor({ timeout: 15000 });
  await idle.locator("button.release").click();
  await page.getByLabel("Reason, for the log").fill("crane gone");
  await page.getByLabel("Reason, for the log").press("Enter");
  await idle.locator("button.ground").waitFor({ timeout: 15000 });
  const home = page.locator(".dock button.return-home").first();
  if ((await page.locator(".dock[data-life=flying]").count()) > 0) {
    await home.click();
    await page.getByLabel("Reason, for the log").fill("end of the test");
    await page.getByRole("button", { name: "Do it" }).click();
    await page.waitForFunction(() => !document.querySelector(".dock[data-life=flying]"), null, { timeout: 60000 });
    figures.brought_home = true;
  }
  say("a dock was held and released, and the aircraft is on its way home");

  // what was flown is watched again: for a reason, with what was seen, and the aircraft where it was
  await page.goto(`${url}flights`);
  for (let i = 0; i < 40 && (await page.locator("tbody a").count()) === 0; i++) {
    await page.waitForTimeout(2000);
    await page.reload();
    await page.locator(".sheet").waitFor();
  }
  await page.locator("tbody a").first().click();
  await page.getByLabel("Reason, for the log").fill("a complaint");
  await page.getByLabel("Reason, for the log").press("Enter");
  await page.waitForFunction(() => document.querySelector("video")?.readyState > 2, null, { timeout: 30000 });
  await page.evaluate(() => {
    const v = document.querySelector("video");
    v.currentTime = 0.6 * v.duration;
  });
  await page.waitForFunction(() => document.querySelector("video").currentTime > 0.6 * document.querySelector("video").duration, null, { timeout: 20000 });
  await page.waitForTimeout(1500);
  await page.screenshot({ path: join(shots, "flight.png") });
  await serious(page, "a flight watched again");
  say("the flight is watched again");

  // every page: nothing serious for who cannot see or point, in both languages, light and dark, on a desk and on a phone
  await page.evaluate(() => fetch("/api/session", { method: "DELETE" }));
  const lead = `leads/${confirmed}`;
  for (const at of ["fleet", "flights", "plan", "review", "leads", lead, "register", "index", "system"]) {
    const name = at === lead ? "lead" : at;
    await page.goto(url + at);
    await page.waitForTimeout(1800);
    await page.screenshot({ path: join(shots, `${name}-en-light.png`) });
    await serious(page, name);
    const keys = await page.evaluate(() => (document.body.innerText.match(/\b(report|request|role|page|count|key)-[a-z_]+\b/g) ?? []).slice(0, 5));
    if (keys.length > 0) throw new Error(`${name}: keys stand where texts should: ${keys}`);
    await page.evaluate(() => {
      localStorage.setItem("dark", "true");
      localStorage.setItem("lang", "zh");
    });
    await page.reload();
    await page.waitForTimeout(1500);
    await page.screenshot({ path: join(shots, `${name}-zh-dark.png`) });
    await serious(page, `${name}, dark`);
    if (["review", "lead", "fleet"].includes(name)) {
      await page.setViewportSize({ width: 390, height: 844 });
      await page.waitForTimeout(800);
      await page.screenshot({ path: join(shots, `${name}-phone.png`) });
      await page.setViewportSize({ width: 1440, height: 900 });
    }
    await page.evaluate(() => {
      localStorage.setItem("dark", "false");
      localStorage.setItem("lang", "en");
    });
  }
  await page.goto(`${url}system`);
  await page.getByRole("tab", { name: "Networks" }).click();
  await page.getByText("What was in use").waitFor();
  await page.locator("tr", { hasText: "harrier-nano-fp32" }).getByRole("button", { name: "Compare" }).click();
  await page.getByText("On the last").waitFor({ timeout: 180000 });
  figures.compared = await page.locator("tr", { hasText: "illegal structure" }).last().locator("td").allInnerTexts();
  if (!(Number(figures.compared[1]) > 0)) throw new Error(`of the leads that were confirmed none is compared: ${figures.compared}`);
  await page.screenshot({ path: join(shots, "models.png"), fullPage: true });
  await serious(page, "models");
  await page.getByRole("tab", { name: "Settings" }).click();
  await page.getByRole("textbox", { name: "Settings" }).fill("http: {listen: nowhere}");
  await page.getByRole("button", { name: "Check" }).click();
  await page.locator(".ant-alert-error", { hasText: "listen" }).waitFor();
  await page.screenshot({ path: join(shots, "settings.png") });
  await serious(page, "settings");
  await page.locator("button.me").click();
  await page.getByRole("menuitem", { name: "Notifications" }).click();
  await page.getByLabel("Webhook address of the robot").fill("https://example.org/robot");
  await page.getByRole("button", { name: "Send a first message and save" }).click();
  await page.getByText("the address of a robot, as DingTalk").waitFor();
  await page.screenshot({ path: join(shots, "notices.png") });
  await serious(page, "notifications");
  await page.goto(`${url}login`);
  await page.waitForTimeout(500);
  await serious(page, "login");
  say("no page has a serious fault of accessibility");
  if (outside.length > 0) throw new Error(`the page asked others: ${outside.slice(0, 3)}`);
  if (errors.length > 0) throw new Error(`errors in the page: ${errors.slice(0, 3)}`);
  console.log(`FIGURES ${JSON.stringify(figures)}`);
});
