import react from "@vitejs/plugin-react";
import { defineConfig } from "vitest/config";

// The Host stays the browser's own (a plain string would change it): Django holds the Origin against it.
const django = { target: "http://127.0.0.1:8000" };

export default defineConfig(({ command }) => ({
  // What is built Django serves as static files; the development server serves the pages themselves.
  base: command === "build" ? "/static/" : "/",
  plugins: [react()],
  resolve: { alias: { "@": new URL("./src", import.meta.url).pathname } },
  build: {
    outDir: "dist",
    assetsDir: "assets",
    manifest: true,
    // The content security policy allows no inline script and no data: script.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    // Chakra wraps each recipe in one of these; unless they count as pure, one unlucky import keeps the recipes of all
    // its components.
    rolldownOptions: {
      treeshake: {
        manualPureFunctions: ["defineConfig", "defineConditions", "defineRecipe", "defineSlotRecipe", "defineStyle"],
      },
    },
    // scripts/check-budget.mjs holds the budget, in gzip and for what the first page loads.
    chunkSizeWarningLimit: 1_000,
  },
  server: {
    host: "127.0.0.1",
    port: 3000,
    proxy: {
      "/api": django,
      "/admin": django,
      "/healthz": django,
      "/readyz": django,
      "/metrics": django,
      "/ws": { ...django, ws: true },
      "/static": django,
    },
  },
  test: {
    environment: "jsdom",
    setupFiles: ["src/test/setup.ts"],
    restoreMocks: true,
    maxWorkers: 2,
    // A machine that does other work at the same time takes its time over jsdom.
    testTimeout: 30_000,
    // Dates are shown in the reader's zone; the tests' reader sits in a fixed one.
    env: { TZ: "Europe/Berlin" },
  },
}));
