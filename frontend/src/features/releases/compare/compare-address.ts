import { useCallback, useMemo } from "react";
import { useNavigate, useSearchParams } from "react-router";
import { pathSegment } from "@/lib/destinations";
import { KINDS, type Kind } from "./differences";

const MAX_TEXT = 250;

/** What the page of a comparison shows; its address holds all of it. */
export interface CompareAddress {
  /** The ID of the earlier release; null for the last one before the other that worked. */
  a: string | null;
  b: string | null;
  /** Which differences are wanted; none for all of them. */
  kinds: readonly Kind[];
  text: string;
}

/** Reads an address. What makes no sense is left out rather than refused: addresses get mangled. */
export function parseCompareAddress(params: URLSearchParams): CompareAddress {
  const kinds = (params.get("differs") ?? "").split(",");
  return {
    a: params.get("a")?.trim() || null,
    b: params.get("b")?.trim() || null,
    kinds: KINDS.filter((kind) => kinds.includes(kind)),
    text: (params.get("text") ?? "").trim().slice(0, MAX_TEXT),
  };
}

/** The shortest query string of an address: defaults stay out of it, and IDs stand in it as they are. */
export function formatCompareAddress({ a, b, kinds, text }: CompareAddress): string {
  const parts: string[] = [];
  if (a) parts.push(`a=${pathSegment(a)}`);
  if (b) parts.push(`b=${pathSegment(b)}`);
  if (kinds.length > 0) parts.push(`differs=${kinds.join(",")}`);
  if (text) parts.push(`text=${encodeURIComponent(text)}`);
  return parts.join("&");
}

/** `replace` for what is typed: each letter is no step to go back to. */
export type ChangeAddress = (change: Partial<CompareAddress>, options?: { replace: boolean }) => void;

export function useCompareAddress(): [CompareAddress, ChangeAddress] {
  const [params] = useSearchParams();
  const navigate = useNavigate();
  const address = useMemo(() => parseCompareAddress(params), [params]);
  const change = useCallback<ChangeAddress>(
    (part, options) => {
      // Not by the search parameters' own setter, which encodes the colons of IDs.
      void navigate({ search: formatCompareAddress({ ...address, ...part }) }, options);
    },
    [navigate, address],
  );
  return [address, change];
}
