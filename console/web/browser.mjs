// How tests open a browser.
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { chromium } from "playwright-core";

/** Opens Chromium with a profile of its own, hands its first page to use, and leaves nothing behind. */
export async function browse(use, options = {}) {
  const profile = mkdtempSync(join(tmpdir(), "harrier-chromium-"));
  const context = await chromium.launchPersistentContext(profile, {
    executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
    viewport: { width: 1440, height: 900 },
    bypassCSP: false,
    args: ["--no-sandbox", "--disable-gpu", "--use-gl=swiftshader", "--enable-unsafe-swiftshader", "--disable-background-networking", "--disable-component-update", "--disable-sync", "--no-first-run"],
    ...options,
  });
  try {
    await use(context.pages()[0], context);
  } finally {
    await context.close();
    rmSync(profile, { recursive: true, force: true });
  }
}

const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

/** Fails where a page has serious or critical faults of accessibility. */
export async function serious(page, what) {
  const found = await page
    .evaluate(async (source) => {
      if (!window.axe) new Function(source)();
      return (await window.axe.run(document, { resultTypes: ["violations"] })).violations.filter((v) => ["serious", "critical"].includes(v.impact)).map((v) => `${v.id}: ${v.nodes.map((n) => n.html.slice(0, 160)).slice(0, 3).join(" | ")}`);
    }, axe)
    .catch((e) => [`axe does not run: ${e}`]);
  if (found.length > 0) throw new Error(`${what}: ${found.join("\n")}`);
}

export const median = (a) => [...a].sort((x, y) => x - y)[Math.floor(a.length / 2)];
