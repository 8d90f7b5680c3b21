// Asks Ace by DAISY about one EPUB: node ace.js EPUB FOLDER BROWSER. Writes Ace's reports into the folder; ends with 2
// where it has found something, as ace-cli does with -E.
//
// Ace leaves it to a runner how its scripts get into a document. The runner that ace-cli brings opens a page for each, and
// puts the scripts there as elements, which Chromium compiles anew each time; this one goes from document to document in the
// pages that it has, and compiles them once for each. The reports are the same. An EPUB of 29 short documents takes 13
// seconds of processor time and not 22, one of 80 long ones 74 and not 97; the rest is axe, which looks at every color.
"use strict";
const fs = require("fs");
const ace = require("@daisy/ace-core");
const puppeteer = require("puppeteer-core");
const { Node } = require("@xmldom/xmldom");

const [epub, outdir, executablePath] = process.argv.slice(2);
const PAGES = 2;
// Milliseconds for the browser to start, which 5 s are short for on a busy machine, and for a call of it: 4 min, as in ace-cli.
const START = 60000, CALL = 240000;
const args = ["--no-sandbox", "--disable-setuid-sandbox"];
const sources = new Map();
const idle = [];
let browser;

function source(script) {
  // What a call returns is sent back: nothing.
  if (!sources.has(script)) sources.set(script, `${fs.readFileSync(script, "utf8")};undefined`);
  return sources.get(script);
}

async function newPage() {
  const page = await browser.newPage();
  await page.setRequestInterception(true);
  page.on("request", request => (request.url().startsWith("http") ? request.abort() : request.continue()));
  return page;
}

// For each document of the spine Ace sorts the whole manifest, and asks of two items which is first by counting through all: an
// EPUB of 330 documents spends 15 seconds on that, and it grows faster than their square. Their places are counted once here.
const places = new WeakMap();
const compared = Node.prototype.compareDocumentPosition;
Node.prototype.compareDocumentPosition = function (other) {
  const parent = this.parentNode;
  if (!parent || other === this || other.parentNode !== parent) return compared.call(this, other);
  if (!places.has(parent)) places.set(parent, new Map(Array.from(parent.childNodes, (child, place) => [child, place])));
  const [mine, its] = [this, other].map(node => places.get(parent).get(node));
  return its < mine ? Node.DOCUMENT_POSITION_PRECEDING : Node.DOCUMENT_POSITION_FOLLOWING;
};

const check = () => new Promise((resolve, reject) => window.daisy.ace.run((error, found) => (error ? reject(error) : resolve(found))));

const runner = {
  concurrency: PAGES,
  async launch() {
    browser = await puppeteer.launch({ executablePath, args, timeout: START, protocolTimeout: CALL });
  },
  close: () => browser.close(),
  async run(url, scripts, contents) {
    const page = idle.pop() ?? (await newPage());
    await page.goto(url);
    for (const script of [...contents, ...scripts.map(source)]) await page.evaluate(script);
    const found = await page.evaluate(check);
    idle.push(page);
    return found;
  },
};

ace(epub, { cwd: process.cwd(), outdir, initLogger: true, silent: true, fileName: "ace.log" }, runner).then(
  ([, report]) => process.exit(report["earl:result"]["earl:outcome"] === "fail" ? 2 : 0),
  error => {
    console.error(String(error?.message ?? error));
    process.exit(1);
  },
);
