// How tests open a browser.
import { mkdtempSync, rmSync } from "node:fs";
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

export const median = (a) => [...a].sort((x, y) => x - y)[Math.floor(a.length / 2)];
