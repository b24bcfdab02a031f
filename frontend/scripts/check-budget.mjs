// Fails the build when the scripts that the first page needs grow past the budget.
import { readFileSync } from "node:fs";
import { gzipSync } from "node:zlib";

const BUDGET_KB = 200;
const dist = new URL("../dist/", import.meta.url);
const manifest = JSON.parse(readFileSync(new URL(".vite/manifest.json", dist), "utf8"));

function initialChunks(key, seen = new Set()) {
  if (seen.has(key)) return seen;
  seen.add(key);
  for (const imported of manifest[key].imports ?? []) initialChunks(imported, seen);
  return seen;
}

const gzipKb = (file) => gzipSync(readFileSync(new URL(file, dist))).length / 1000;

const entry = Object.keys(manifest).find((key) => manifest[key].isEntry);
const initial = initialChunks(entry);
const scripts = Object.entries(manifest).filter(([, chunk]) => chunk.file.endsWith(".js"));

let total = 0;
for (const [key, chunk] of scripts) {
  const size = gzipKb(chunk.file);
  if (initial.has(key)) total += size;
  console.log(`${initial.has(key) ? "initial" : "lazy   "} ${size.toFixed(1).padStart(7)} kB gzip  ${chunk.file}`);
}
console.log(`initial scripts: ${total.toFixed(1)} kB gzip, budget ${BUDGET_KB} kB`);
if (total > BUDGET_KB) {
  console.error("Over budget: load what the first page does not need from a lazy route.");
  process.exit(1);
}
