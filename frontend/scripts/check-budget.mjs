// Fails the build when the scripts that a page needs, opened as the first one, grow past the budget.
import { readFileSync } from "node:fs";
import { gzipSync } from "node:zlib";

const BUDGET_KB = 195;

// The pages that may be opened first: by a bookmark, a link that was sent, a notification. What is loaded on demand once
// they stand (other views, details, dialogs) is not counted.
const FIRST_PAGES = [
  "src/features/auth/SignInPage.tsx",
  "src/features/auth/ResetPasswordPage.tsx",
  "src/features/releases/list/ReleaseListPage.tsx",
  "src/features/releases/detail/ReleasePage.tsx",
  "src/features/releases/compare/ComparePage.tsx",
];

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

for (const page of FIRST_PAGES) {
  const chunks = [...withImports(page, new Set(initial))].map((key) => manifest[key]).filter(isScript);
  const total = chunks.reduce((sum, chunk) => sum + gzipKb(chunk), 0);
  console.log(`${page}: ${total.toFixed(1)} kB gzip, budget ${BUDGET_KB} kB`);
  if (total <= BUDGET_KB) continue;
  console.error("Over budget: load what the page does not need at first on demand.");
  process.exitCode = 1;
}
