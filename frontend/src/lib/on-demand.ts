import { type ComponentType, type LazyExoticComponent, lazy } from "react";

/** What somebody may open next is fetched only once what they have opened has had the network for itself. */
const PRELOAD_AFTER_MS = 3_000;

/** A component whose script is fetched when it is first drawn, or by `preload` before. */
export interface OnDemand<Props extends object> {
  Component: LazyExoticComponent<ComponentType<Props>>;
  /** Where this fails, nothing is said of it: drawing the component tries again, and breaks if it has to. */
  preload: () => void;
}

export function onDemand<Props extends object>(fetchScript: () => Promise<ComponentType<Props>>): OnDemand<Props> {
  let loading: Promise<{ default: ComponentType<Props> }> | undefined;

  async function fetchOnce() {
    try {
      return { default: await fetchScript() };
    } catch (error) {
      loading = undefined;
      throw error;
    }
  }

  function load() {
    loading ??= fetchOnce();
    return loading;
  }

  return { Component: lazy(load), preload: () => void load().catch(() => {}) };
}

/** Preloads in a while, unless the returned function is called before. */
export function preloadLater(wanted: readonly Pick<OnDemand<object>, "preload">[]): () => void {
  const timer = setTimeout(() => {
    for (const { preload } of wanted) preload();
  }, PRELOAD_AFTER_MS);
  return () => clearTimeout(timer);
}
