// Builds the web assets into the folder named on the command line.
import { cpSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import postcss from "postcss";
import * as sass from "sass";

const here = dirname(fileURLToPath(import.meta.url));
const govuk = join(here, "node_modules/govuk-frontend/dist");
const target = process.argv[2];
if (!target) throw new Error("say where to build to: node build.mjs FOLDER");

// Marks of GOV.UK that a service elsewhere must not carry: their rules are taken out.
const reserved = /\.govuk-header(?![a-z])|crown|crest|logotype|copyright-logo/i;
// What must not be left after that: the marks, the typeface, and anything that a page would fetch.
const banned = [/GDS Transport/i, /crown/i, /crest/i, /logotype/i, /@font-face/i, /url\((?!["']?data:)/i];

function withoutReserved(css) {
  const sheet = postcss.parse(css);
  sheet.walkRules((rule) => {
    const kept = rule.selectors.filter((selector) => !reserved.test(selector));
    if (kept.length === 0) rule.remove();
    else if (kept.length < rule.selectors.length) rule.selectors = kept;
  });
  for (let empty = true; empty; ) {
    empty = false;
    sheet.walkAtRules((rule) => {
      if (rule.nodes?.length === 0) {
        rule.remove();
        empty = true;
      }
    });
  }
  return sheet.toString();
}

const compiled = sass.compile(join(here, "src/fairway.scss"), {
  loadPaths: [govuk],
  quietDeps: true,
  style: "compressed",
});
const css = withoutReserved(compiled.css);
for (const mark of banned) {
  const found = css.match(mark);
  if (found) throw new Error(`the style sheet must not contain ${mark}: ${css.slice(found.index - 80, found.index + 80)}`);
}
const script = readFileSync(join(govuk, "govuk/govuk-frontend.min.js"), "utf8");

rmSync(target, { recursive: true, force: true });
mkdirSync(target, { recursive: true });
writeFileSync(join(target, "govuk-frontend.min.js"), script.replace(/\/\/# sourceMappingURL=.*\s*$/, "\n"));
for (const file of ["fairway.js", "NOTICE.txt"]) cpSync(join(here, "src", file), join(target, file));
if (existsSync(join(here, "src/images"))) cpSync(join(here, "src/images"), join(target, "images"), { recursive: true });
writeFileSync(join(target, "fairway.css"), css); // last: make takes it as the sign that all is built
