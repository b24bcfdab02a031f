import { useSyncExternalStore } from "react";

export const COLOR_MODES = ["system", "light", "dark"] as const;
export type ColorMode = (typeof COLOR_MODES)[number];

const STORAGE_KEY = "relportal.color-mode";
const listeners = new Set<() => void>();
const darkSystem = window.matchMedia("(prefers-color-scheme: dark)");

function readMode(): ColorMode {
  const stored = localStorage.getItem(STORAGE_KEY);
  return COLOR_MODES.find((mode) => mode === stored) ?? "system";
}

function apply(): void {
  const mode = readMode();
  const dark = mode === "dark" || (mode === "system" && darkSystem.matches);
  const root = document.documentElement;
  root.classList.toggle("dark", dark);
  root.classList.toggle("light", !dark);
  root.style.colorScheme = dark ? "dark" : "light";
}

export function setColorMode(mode: ColorMode): void {
  localStorage.setItem(STORAGE_KEY, mode);
  apply();
  for (const listener of listeners) listener();
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

export function useColorMode(): ColorMode {
  return useSyncExternalStore(subscribe, readMode);
}

/** To be called before the first render, so that nothing is painted in the wrong mode. */
export function startColorMode(): void {
  apply();
  darkSystem.addEventListener("change", apply);
  // Another tab's switch is this tab's switch too.
  window.addEventListener("storage", (event) => {
    if (event.key !== STORAGE_KEY) return;
    apply();
    for (const listener of listeners) listener();
  });
}
