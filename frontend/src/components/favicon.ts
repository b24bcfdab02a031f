import { useEffect } from "react";
import type { Phase } from "@/lib/api/types";

type Mark = Phase | "plain";
type Drawn = Phase | `${Mark}-stale`;

// By their built addresses, which browsers keep for good: that of a portal out of reach could not be fetched then.
const FILES = import.meta.glob<string>("./favicons/*.svg", { eager: true, query: "?url", import: "default" });

function fileOf(drawn: Drawn): string {
  return FILES[`./favicons/${drawn}.svg`] ?? "";
}

function link(): HTMLLinkElement {
  const present = document.querySelector<HTMLLinkElement>("link[rel=icon]");
  if (present) return present;
  const added = document.createElement("link");
  added.rel = "icon";
  document.head.append(added);
  return added;
}

/** Shows a phase in the browser's tab, greyed and with a warning where it may no longer hold. Null is the portal's own mark. */
export function useFavicon(phase: Phase | null, isStale: boolean): void {
  useEffect(() => {
    const stale = fileOf(`${phase ?? "plain"}-stale`);
    new Image().src = stale;
    if (!phase && !isStale) return;
    const icon = link();
    const before = icon.getAttribute("href") ?? "";
    icon.href = isStale || !phase ? stale : fileOf(phase);
    return () => {
      icon.href = before;
    };
  }, [phase, isStale]);
}
