// What a reader would see of a document, as plain values. Injected into every page before its own scripts, so that
// 'measure' is there in the documents of reading engines too.
"use strict";
globalThis.measure = (() => {
  const XHTML = "http://www.w3.org/1999/xhtml";
  const SLACK = 1.5;

  const style = element => element.ownerDocument.defaultView.getComputedStyle(element);

  // <p.side> "12 min": enough to find an element by.
  function named(element) {
    const classes = element.getAttribute("class") ? "." + element.getAttribute("class").split(/\s+/).join(".") : "";
    const id = element.id ? "#" + element.id : "";
    return `<${element.localName}${classes}${id}> "${element.textContent.trim().replace(/\s+/g, " ").slice(0, 40)}"`;
  }

  const isSeen = element => element.checkVisibility({ visibilityProperty: true, opacityProperty: true });

  function* texts(document) {
    const walker = document.createTreeWalker(document.body, 4);
    while (walker.nextNode()) {
      const node = walker.currentNode;
      if (node.data.trim() && isSeen(node.parentElement)) yield node;
    }
  }

  function rangeBoxes(node, start, end) {
    const range = node.ownerDocument.createRange();
    range.setStart(node, start);
    range.setEnd(node, end);
    return [...range.getClientRects()].filter(box => box.width && box.height);
  }

  // The words of a text that lie wrongly; spaces may hang over the end of a line of code.
  function wordsThat(node, isWrong) {
    if (!rangeBoxes(node, 0, node.length).some(isWrong)) return [];
    return [...node.data.matchAll(/\S+/g)].filter(word => rangeBoxes(node, word.index, word.index + word[0].length).some(isWrong));
  }

  // The columns that a document is set in: one, down its whole length, or one for each page of a paginated engine.
  function columns(document) {
    const root = document.documentElement;
    const holder = [root, document.body].find(element => style(element).columnWidth !== "auto") ?? document.body;
    const set = style(holder);
    const at = holder.getBoundingClientRect();
    const pixels = value => parseFloat(value) || 0;
    const left = at.left + pixels(set.paddingLeft) + pixels(set.borderLeftWidth);
    const inner = holder.clientWidth - pixels(set.paddingLeft) - pixels(set.paddingRight);
    if (set.columnWidth === "auto") return { left, width: inner, pitch: 0, top: -Infinity, bottom: Infinity };
    const gap = pixels(set.columnGap);
    const width = Math.min(pixels(set.columnWidth), inner);
    const count = Math.max(1, Math.floor((inner + gap + SLACK) / (width + gap)));
    const used = (inner + gap) / count - gap;
    const top = at.top + pixels(set.paddingTop);
    return { left, width: used, pitch: used + gap, top, bottom: at.top + holder.clientHeight - pixels(set.paddingBottom) };
  }

  function straysAside(box, column) {
    const offset = box.left - column.left;
    const inside = column.pitch ? offset - Math.floor((offset + SLACK) / column.pitch) * column.pitch : offset;
    return inside < -SLACK || inside + box.width > column.width + SLACK;
  }
  const straysDown = (box, column) => box.top < column.top - SLACK || box.bottom > column.bottom + SLACK;

  // Elements and words that leave the column at a side or, on a page, at its foot. What breaks between pages has one
  // box for each; what does not is a picture, a formula, a row, or a word.
  function overflows(document) {
    const column = columns(document);
    const isWhole = element => element.matches("img, svg, math, tr");
    const found = new Map();
    for (const element of document.body.querySelectorAll("*")) {
      if (!isSeen(element) || (style(element).display === "inline" && !isWhole(element))) continue;
      const boxes = [...element.getClientRects()].filter(box => box.width && box.height);
      if (boxes.some(box => straysAside(box, column) || (isWhole(element) && straysDown(box, column)))) found.set(element, named(element));
    }
    // A raised number may stand a little above the first line of a page, in its margin.
    const isLost = ({ top, bottom }) => (top + bottom) / 2 < column.top || (top + bottom) / 2 > column.bottom;
    for (const text of texts(document)) {
      const [word] = wordsThat(text, box => straysAside(box, column) || isLost(box));
      if (word) found.set(text.parentElement, `${named(text.parentElement)} at "${word[0]}"`);
    }
    const root = document.documentElement;
    const excess = root.scrollWidth - root.clientWidth;
    if (!column.pitch && excess > 0) found.set(root, `the page is ${excess} pixels too wide`);
    return [...found.values()];
  }

  // Boxes that hide a part of what they hold, or show it only to those who can scroll inside a page.
  function clips(document) {
    const found = [];
    for (const element of document.body.querySelectorAll("*")) {
      const set = style(element);
      if (!isSeen(element) || element.namespaceURI !== XHTML || (set.overflowX === "visible" && set.overflowY === "visible")) continue;
      const wide = element.scrollWidth - element.clientWidth, high = element.scrollHeight - element.clientHeight;
      if (set.display !== "inline" && (wide > SLACK || high > SLACK)) found.push(`${named(element)} ${wide} x ${high}`);
    }
    return found;
  }
  // Colors

  const rgba = color => {
    const [red, green, blue, alpha = 1] = color.match(/[\d.]+/g).map(Number);
    return { red, green, blue, alpha };
  };
  const over = (top, under) => {
    const mix = name => top[name] * top.alpha + under[name] * (1 - top.alpha);
    return { red: mix("red"), green: mix("green"), blue: mix("blue"), alpha: 1 };
  };

  // WCAG 2.2, relative luminance and contrast ratio.
  function luminance({ red, green, blue }) {
    const [r, g, b] = [red, green, blue].map(value => value / 255).map(c => (c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4));
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  }
  function contrast(one, other) {
    const [dark, light] = [luminance(one), luminance(other)].sort((a, b) => a - b);
    return (light + 0.05) / (dark + 0.05);
  }

  function background(element) {
    const layers = [];
    for (let at = element; at; at = at.parentElement) layers.push(rgba(style(at).backgroundColor));
    return layers.reverse().reduce((under, layer) => over(layer, under), rgba("rgb(255, 255, 255)"));
  }

  // Texts, and lines drawn among them, that are hard to tell from what they stand on.
  function faint(document) {
    const found = new Map();
    const judge = (element, color, least) => {
      const under = background(element);
      const ratio = contrast(over(rgba(color), under), under);
      if (ratio < least) found.set(element, `${named(element)} ${ratio.toFixed(1)}`);
    };
    for (const text of texts(document)) {
      const element = text.parentElement;
      judge(element, element.closest("svg") ? style(element).fill : style(element).color, 4.5);
    }
    for (const letter of letters(document)) judge(letter, style(letter).fill, 4.5);
    // Shapes of drawings have their own colors, and are measured before they are drawn (drawings).
    for (const shape of document.querySelectorAll("svg:not(.drawing) path, svg:not(.drawing) line, svg:not(.drawing) rect, svg:not(.drawing) circle, svg:not(.drawing) polyline")) {
      const { stroke, fill } = style(shape);
      if (isSeen(shape)) judge(shape, stroke !== "none" ? stroke : fill, 3);
    }
    return [...found.values()];
  }

  // Letters of drawings that are a part of the document; each glyph is a use of one of its shapes.
  const letters = document => [...document.querySelectorAll("svg .lettering use, svg .lettering path")].filter(isSeen);

  // Links by themselves that a finger would miss (WCAG 2.2, 2.5.8); those within a sentence may be as small as its words.
  function small(document, least) {
    const found = [];
    for (const link of document.querySelectorAll("a[href]")) {
      const box = link.getBoundingClientRect();
      const isAlone = [...link.parentElement.childNodes].every(node => node === link || node.nodeType !== 3 || !node.data.trim());
      if (isSeen(link) && isAlone && link.closest("nav, .ways, .see-also") && Math.min(box.width, box.height) < least) {
        found.push(`${named(link)} ${box.width.toFixed(0)} x ${box.height.toFixed(0)}`);
      }
    }
    return found;
  }

  // What stands in the text beside words, in pixels: the size of a formula's letters, and the width of a figure.
  function sizes(document) {
    const formulas = [...document.querySelectorAll("math")].filter(isSeen).map(math => parseFloat(style(math).fontSize));
    const figures = [...document.querySelectorAll("figure img, figure > svg.drawing")].map(each => each.getBoundingClientRect().width);
    return { formulas, figures, room: columns(document).width };
  }

  // For each line of code that wraps: how far its first letter stands from the left, and the least of what follows.
  function wrapped(document) {
    const found = [];
    const { left, width } = columns(document), deepest = left + 0.36 * width;
    for (const line of document.querySelectorAll("pre .line")) {
      const range = document.createRange();
      range.selectNodeContents(line);
      const boxes = [...range.getClientRects()].filter(box => box.width && box.height);
      const first = boxes.filter(box => box.top < boxes[0].bottom - SLACK), rest = boxes.filter(box => box.top >= boxes[0].bottom - SLACK);
      const indent = line.textContent.match(/^ */)[0].length * parseFloat(style(line).fontSize) * 0.55;
      if (rest.length) found.push({ begins: Math.min(Math.min(...first.map(box => box.left)) + indent, deepest), goesOn: Math.min(...rest.map(box => box.left)) });
    }
    return found;
  }

  async function pixels(picture) {
    await picture.decode();
    const canvas = picture.ownerDocument.createElementNS(XHTML, "canvas");
    canvas.width = 2 * picture.naturalWidth;
    canvas.height = 2 * picture.naturalHeight;
    const context = canvas.getContext("2d");
    context.drawImage(picture, 0, 0, canvas.width, canvas.height);
    return context.getImageData(0, 0, canvas.width, canvas.height).data;
  }

  // For each drawing: its name, the share that is bare, and for each color of a page the share of its ink that stands out
  // by three to one.
  async function drawings(document, pages) {
    const found = [];
    for (const picture of document.querySelectorAll("img[src$='.svg']")) {
      const data = await pixels(picture);
      const ink = new Map();
      let bare = 0;
      for (let at = 0; at < data.length; at += 4) {
        if (data[at + 3] === 0) bare += 1;
        else if (data[at + 3] === 255) {
          const color = `${data[at]} ${data[at + 1]} ${data[at + 2]}`;
          ink.set(color, (ink.get(color) ?? 0) + 1);
        }
      }
      const total = [...ink.values()].reduce((sum, count) => sum + count, 0);
      const seen = page => [...ink].reduce((sum, [color, count]) => sum + (contrast(rgba(color), rgba(page)) >= 3 ? count : 0), 0);
      found.push({ name: picture.getAttribute("src"), bare: (4 * bare) / data.length, seen: pages.map(page => seen(page) / total) });
    }
    return found;
  }

  // Formulas that were read as running text: a fraction whose parts stand side by side, an index on the line.
  function flattened(document) {
    const found = [];
    const box = element => element.getBoundingClientRect();
    const rules = {
      mfrac: ([over, under]) => box(over).bottom <= box(under).top + 1,
      msup: ([base, index]) => box(index).top < box(base).top + 1 || box(index).height < 0.9 * box(base).height,
      msub: ([base, index]) => box(index).bottom > box(base).bottom - 1 && box(index).left >= box(base).left,
      msqrt: (_, root) => box(root).width > box(root.lastElementChild).width,
    };
    for (const formula of document.querySelectorAll("math")) {
      if (isSeen(formula) && (box(formula).width < 2 || box(formula).height < 5)) found.push(`${named(formula)} has no box`);
      for (const [name, holds] of Object.entries(rules))
        for (const element of formula.querySelectorAll(name))
          if (!holds([...element.children], element)) found.push(`<${name}> in ${named(formula)}`);
    }
    return found;
  }

  // The first word after an empty mark, in reading order, with its box.
  function wordAfter(mark) {
    const walker = mark.ownerDocument.createTreeWalker(mark.ownerDocument.body, 4);
    walker.currentNode = mark;
    while (walker.nextNode()) {
      const text = walker.currentNode;
      if (!isSeen(text.parentElement) || text.parentElement.closest("[role='doc-noteref'], .question-word")) continue;
      const word = text.data.match(/\S*[\p{L}\p{N}]\S*/u);
      if (word) return { word: word[0], box: rangeBoxes(text, word.index, word.index + word[0].length)[0] };
    }
    return null;
  }

  // Whether an element, or for an empty mark the word after it, lies on the part of the document that is on the screen.
  function isOnScreen(element, window) {
    const own = [...element.getClientRects()].find(box => box.width && box.height);
    const box = own ?? wordAfter(element)?.box;
    return Boolean(box) && box.left < window.right && box.right > window.left && box.top < window.bottom && box.bottom > window.top;
  }

  function target(document, address) {
    const id = decodeURIComponent(address.split("#")[1] ?? "");
    return id ? document.getElementById(id) : document.body;
  }
  return { overflows, clips, faint, small, sizes, wrapped, drawings, flattened, wordAfter, isOnScreen, target };
})();
