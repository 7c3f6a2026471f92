// The first run, as a newcomer goes through it: first-run-test.mjs LINK FOLDER, with the link of the terminal and a folder that holds fences.geojson, fences.csv and bad.geojson.
import { join } from "node:path";
import { browse, serious } from "./browser.mjs";

const [link, dir] = process.argv.slice(2);
const click = { x: 300, y: 150 };
await browse(async (page) => {
  await page.goto(new URL("/login", link).href);
  await page.evaluate(() => localStorage.setItem("lang", "en"));
  await page.goto(link);
  await page.waitForURL((at) => at.hash === ""); // the code does not stay in the address
  await page.locator("#name").fill("anna");
  await page.locator("#password").fill("correct horse battery");
  await page.getByRole("button", { name: "Make the administrator" }).click();

  // who
  await page.getByText("You are in as anna").waitFor();
  await serious(page, "who");
  await page.screenshot({ path: join(dir, "who.png") });
  await page.getByRole("button", { name: "Next" }).click();

  // where: a file with an error changes nothing, and says what is wrong; one without a datum wants it said
  const fences = page.locator("tr", { hasText: "Fences" });
  await fences.locator("input[type=file]").setInputFiles(join(dir, "fences.csv"));
  await page.getByText("does not say its datum").waitFor();
  await page.getByRole("combobox", { name: "Datum" }).click();
  await page.getByTitle("WGS-84").click();
  await fences.locator("input[type=file]").setInputFiles(join(dir, "bad.geojson"));
  await page.getByText('"nofly" is not one of').waitFor();
  await fences.locator("input[type=file]").setInputFiles(join(dir, "fences.geojson"));
  await fences.getByText("city/fences-").waitFor();
  await serious(page, "where");
  await page.screenshot({ path: join(dir, "where.png"), fullPage: true });
  await page.getByRole("button", { name: "Next" }).click();

  // which docks: the map gives the place
  await page.locator("#sn").fill("7CTDM5900B3X1B");
  await page.locator("#aircraft").fill("1581F6Q8D245P");
  await page.locator("#name").fill("Dock A");
  await page.locator(".map canvas").first().waitFor();
  await page.waitForFunction(
    ([x, y]) => {
      if (document.querySelector("#lon").value) return true;
      const at = document.querySelector(".map canvas").getBoundingClientRect();
      for (const type of ["mousedown", "mouseup", "click"]) document.querySelector(".map canvas").dispatchEvent(new MouseEvent(type, { bubbles: true, clientX: at.x + x, clientY: at.y + y }));
      return false;
    },
    [click.x, click.y],
    { polling: 500 },
  );
  await page.getByRole("button", { name: "Add the dock" }).click();
  await page.locator("td", { hasText: "7CTDM5900B3X1B" }).waitFor();
  await serious(page, "docks");
  await page.screenshot({ path: join(dir, "docks.png"), fullPage: true });
  await page.getByRole("button", { name: "Next" }).click();

  // and on
  await page.getByText("counts once Harrier starts anew").waitFor();
  await page.getByText("harrier dock enroll 7CTDM5900B3X1B").waitFor();
  await serious(page, "start");
  await page.screenshot({ path: join(dir, "start.png"), fullPage: true });
  await page.getByRole("button", { name: "Start anew" }).press("Enter"); // by keys: what was just resized for a picture moves under a mouse
  await page.locator(".ant-popconfirm").getByRole("button", { name: "Start anew" }).press("Enter");
  try {
    await page.locator(".dock", { hasText: "Dock A" }).waitFor({ timeout: 90000 });
  } catch (e) {
    await page.screenshot({ path: join(dir, "fleet.png") });
    throw new Error(`${e} at ${page.url()}: ${await page.locator("main").innerText()}`);
  }
  await page.screenshot({ path: join(dir, "fleet.png") });
});
