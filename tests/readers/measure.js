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

  function strays(box, column) {
    const offset = box.left - column.left;
    const inside = column.pitch ? offset - Math.floor((offset + SLACK) / column.pitch) * column.pitch : offset;
    return inside < -SLACK || inside + box.width > column.width + SLACK || box.top < column.top - SLACK || box.bottom > column.bottom + SLACK;
  }

  // Elements and words that leave the column at a side or, on a page, at its foot. What breaks between pages has one
  // box for each; what does not is a picture, a formula, a row, or a word.
  function overflows(document) {
    const column = columns(document);
    const endless = { ...column, top: -Infinity, bottom: Infinity };
    const isWhole = element => element.matches("img, svg, math, tr");
    const found = new Map();
    for (const element of document.body.querySelectorAll("*")) {
      if (!isSeen(element) || (style(element).display === "inline" && !isWhole(element))) continue;
      const boxes = [...element.getClientRects()].filter(box => box.width && box.height);
      if (boxes.some(box => strays(box, isWhole(element) ? column : endless))) found.set(element, named(element));
    }
    for (const text of texts(document)) {
      const [word] = wordsThat(text, box => strays(box, column));
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
  return { style, named, isSeen, texts, columns, overflows, clips };
})();
