import { useCallback, useLayoutEffect, useMemo, useRef } from "react";
import { useNavigate, useSearchParams } from "react-router";
import type { Phase } from "@/lib/api/types";
import { isPhase, PHASES_BY_CONCERN } from "@/lib/phase";

export const VIEWS = ["tree", "board", "timeline"] as const;
export type View = (typeof VIEWS)[number];

/** How near a board is looked at, from near to far: apps by name, as glyphs, as dots. */
export const ZOOMS = ["names", "glyphs", "dots"] as const;
export type Zoom = (typeof ZOOMS)[number];

const MAX_TEXT = 250;

/** What a release's page shows; its address holds all of it. */
export interface ReleaseAddress {
  view: View;
  /** The path of the entity whose details are open; the release's own is empty. Null where none is chosen. */
  entity: string | null;
  text: string;
  phases: readonly Phase[];
  failuresOnly: boolean;
  /** Whether the timeline is shown as a table. */
  asTable: boolean;
  /** Null leaves it to the size of the release. */
  zoom: Zoom | null;
}

/** Reads an address. What makes no sense is left out rather than refused: addresses get mangled. */
export function parseReleaseAddress(params: URLSearchParams): ReleaseAddress {
  const phases = (params.get("phase") ?? "").split(",").filter(isPhase);
  return {
    view: VIEWS.find((view) => view === params.get("view")) ?? "tree",
    entity: params.get("entity"),
    text: (params.get("text") ?? "").trim().slice(0, MAX_TEXT),
    phases: PHASES_BY_CONCERN.filter((phase) => phases.includes(phase)),
    failuresOnly: params.get("only") === "failures",
    asTable: params.get("as") === "table",
    zoom: ZOOMS.find((zoom) => zoom === params.get("zoom")) ?? null,
  };
}

/** The shortest query string of an address: defaults stay out of it, and IDs stand in it as they are. */
export function formatReleaseAddress(address: ReleaseAddress): string {
  const { view, entity, text, phases, failuresOnly, asTable, zoom } = address;
  const parts: string[] = [];
  const add = (name: string, value: string) => parts.push(`${name}=${value}`);
  if (view !== "tree") add("view", view);
  if (asTable) add("as", "table");
  if (zoom) add("zoom", zoom);
  if (text) add("text", encodeURIComponent(text));
  if (phases.length > 0) add("phase", phases.join(","));
  if (failuresOnly) add("only", "failures");
  if (entity !== null) add("entity", encodeURIComponent(entity).replaceAll("%3A", ":").replaceAll("%2F", "/"));
  return parts.join("&");
}

/** `replace` for what is typed: each letter is no step to go back to. */
export type ChangeAddress = (change: Partial<ReleaseAddress>, options?: { replace: boolean }) => void;

export function useReleaseAddress(): [ReleaseAddress, ChangeAddress] {
  const [params] = useSearchParams();
  const navigate = useNavigate();
  const address = useMemo(() => parseReleaseAddress(params), [params]);
  const latest = useRef(address);
  useLayoutEffect(() => {
    latest.current = address;
  }, [address]);
  // The same function however the address changes: it is handed down to what is only drawn again for good reason.
  const change = useCallback<ChangeAddress>(
    (part, options) => {
      const search = formatReleaseAddress({ ...latest.current, ...part });
      void navigate({ search }, options);
    },
    [navigate],
  );
  return [address, change];
}
