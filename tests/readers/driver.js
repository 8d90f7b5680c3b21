// Drives one Chromium. Reads a request on each line of standard input, {"name": ..., "given": {...}}, and answers with
// a line of JSON: {"value": ...} or {"error": "..."}. Ends when standard input does.
"use strict";
const fs = require("fs");
const readline = require("readline");
const puppeteer = require("puppeteer-core");

const [executablePath, ...scripts] = process.argv.slice(2);
// No name of a host is looked up: a book that reaches for the network finds none.
const args = ["--no-sandbox", "--disable-gpu", "--hide-scrollbars", "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1"];

async function open() {
  const browser = await puppeteer.launch({ executablePath, args, headless: true });
  const page = await browser.newPage();
  const log = { requests: [], errors: [] };
  page.on("request", request => log.requests.push(request.url()));
  page.on("pageerror", error => log.errors.push(String(error)));
  page.on("response", response => response.status() >= 400 && log.errors.push(`${response.url()}: ${response.status()}`));
  page.on("requestfailed", request => log.errors.push(`${request.url()}: ${request.failure()?.errorText}`));
  for (const script of scripts) await page.evaluateOnNewDocument(fs.readFileSync(script, "utf8"));
  return { browser, page, log, devtools: await page.createCDPSession() };
}

const requests = {
  async visit({ page, log }, { url, size: [width, height], until }) {
    log.requests.length = log.errors.length = 0;
    await page.setViewport({ width, height });
    await page.goto(url, { waitUntil: "load" });
    if (until) await page.waitForFunction(until, { timeout: 60000 });
  },
  resize: ({ page }, { size: [width, height] }) => page.setViewport({ width, height }),
  // 'script' is the source of a function; what it returns, or resolves to, is the value.
  evaluate: ({ page }, { script, given }) => page.evaluate(`(${script})(${JSON.stringify(given ?? null)})`),
  // Follow a link; the value is the address that it leads to.
  async click({ page }, { selector }) {
    const link = await page.$(selector);
    const isElsewhere = await link.evaluate(link => link.href.split("#")[0] !== location.href.split("#")[0]);
    await Promise.all([isElsewhere && page.waitForNavigation({ waitUntil: "load" }), link.evaluate(link => link.click())]);
    return page.url();
  },
  log: ({ log }) => log,
  scheme: ({ page }, { scheme }) => page.emulateMediaFeatures([{ name: "prefers-color-scheme", value: scheme }]),
  // Run a script beside the page's own, which its policy does not keep out.
  inject: ({ page }, { path }) => page.evaluate(fs.readFileSync(path, "utf8") + ";undefined"),
  downloads: ({ devtools }, { folder }) => devtools.send("Page.setDownloadBehavior", { behavior: "allow", downloadPath: folder }),
  // Press a key; 'until' is a file that is there once what it has begun is done.
  async press({ page }, { key, until }) {
    await page.keyboard.press(key);
    for (let tries = 0; until && !fs.existsSync(until) && tries < 200; tries++) await new Promise(done => setTimeout(done, 50));
  },
  picture: ({ page }, { path }) => page.screenshot({ path }),
  print: ({ page }, { path, format }) => page.pdf({ path, format, printBackground: false, margin: {} }).then(() => null),
  // The fonts that an element's glyphs really come from: name, whether the page brought it, how many glyphs.
  async fonts({ devtools }, { selector }) {
    await devtools.send("DOM.enable");
    await devtools.send("CSS.enable");
    const { root } = await devtools.send("DOM.getDocument");
    const { nodeIds } = await devtools.send("DOM.querySelectorAll", { nodeId: root.nodeId, selector });
    const found = [];
    for (const nodeId of nodeIds) found.push((await devtools.send("CSS.getPlatformFontsForNode", { nodeId })).fonts);
    return found;
  },
};

async function main() {
  const opened = await open();
  for await (const line of readline.createInterface({ input: process.stdin })) {
    const { name, given } = JSON.parse(line);
    let answer;
    try {
      answer = { value: (await requests[name](opened, given)) ?? null };
    } catch (error) {
      answer = { error: String(error.stack ?? error) };
    }
    process.stdout.write(JSON.stringify(answer) + "\n");
  }
  await opened.browser.close();
}

main();
