// Reads a catalog as Thorium does, with Readium's r2-opds-js, and prints what it has understood as JSON.
"use strict";
const fs = require("fs");
const { DOMParser } = require("@xmldom/xmldom");
const OPDS = "r2-opds-js/dist/es8-es2017/src/opds";
const { initGlobalConverters_OPDS } = require(`${OPDS}/init-globals`);
const { OPDS: Atom } = require(`${OPDS}/opds1/opds`);
const { OPDSFeed } = require(`${OPDS}/opds2/opds2`);
const { convertOpds1ToOpds2 } = require(`${OPDS}/converter`);
const { initGlobalConverters_GENERIC } = require("r2-shared-js/dist/es8-es2017/src/init-globals");
const { TaJsonDeserialize } = require("r2-lcp-js/dist/es8-es2017/src/serializable");
const { XML } = require("r2-utils-js/dist/es8-es2017/src/_utils/xml-js-mapper");

initGlobalConverters_OPDS();
initGlobalConverters_GENERIC();
const [path] = process.argv.slice(2);
const text = fs.readFileSync(path, "utf8");
const feed = path.endsWith(".json")
  ? TaJsonDeserialize(JSON.parse(text), OPDSFeed)
  : convertOpds1ToOpds2(XML.deserialize(new DOMParser().parseFromString(text, "application/xml"), Atom));
const offered = link => link.Rel.includes("http://opds-spec.org/acquisition/open-access");
const told = publication => ({
  title: publication.Metadata.Title,
  identifier: publication.Metadata.Identifier,
  links: publication.Links.filter(offered).map(link => [link.Href, link.TypeLink]),
  images: publication.Images.length,
});
process.stdout.write(JSON.stringify({ title: feed.Metadata.Title, publications: feed.Publications.map(told) }));
