// Fails the build when the scripts that a page needs, opened as the first one, grow past its budget.
import { readFileSync } from "node:fs";
import { gzipSync } from "node:zlib";

// What is loaded on demand once the page stands (other views, details, dialogs) is not counted.
const BUDGETS_KB = {
  "src/features/auth/SignInPage.tsx": 200,
  "src/features/releases/list/ReleaseListPage.tsx": 200,
  // It brings the tree and what makes rows of it, which the others do without: mostly opened from a list that has
  // loaded the rest, but links to it are sent around, too.
  "src/features/releases/detail/ReleasePage.tsx": 212,
};

const dist = new URL("../dist/", import.meta.url);
const manifest = JSON.parse(readFileSync(new URL(".vite/manifest.json", dist), "utf8"));
const isScript = ({ file }) => file.endsWith(".js");
const gzipKb = ({ file }) => gzipSync(readFileSync(new URL(file, dist))).length / 1000;

function withImports(key, seen = new Set()) {
  if (seen.has(key)) return seen;
  seen.add(key);
  for (const imported of manifest[key].imports ?? []) withImports(imported, seen);
  return seen;
}

const entry = Object.keys(manifest).find((key) => manifest[key].isEntry);
const initial = withImports(entry);

for (const [key, chunk] of Object.entries(manifest).filter(([, chunk]) => isScript(chunk))) {
  console.log(
    `${initial.has(key) ? "initial" : "lazy   "} ${gzipKb(chunk).toFixed(1).padStart(7)} kB gzip  ${chunk.file}`,
  );
}

for (const [page, budget] of Object.entries(BUDGETS_KB)) {
  const chunks = [...withImports(page, new Set(initial))].map((key) => manifest[key]).filter(isScript);
  const total = chunks.reduce((sum, chunk) => sum + gzipKb(chunk), 0);
  console.log(`${page}: ${total.toFixed(1)} kB gzip, budget ${budget} kB`);
  if (total <= budget) continue;
  console.error("Over budget: load what the page does not need at first on demand.");
  process.exitCode = 1;
}
