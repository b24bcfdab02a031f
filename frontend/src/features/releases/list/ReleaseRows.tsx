import { chakra } from "@chakra-ui/react";
import { type RefObject, useLayoutEffect, useRef } from "react";
import type { ReleasePage } from "@/lib/api/types";
import { useMediaQuery } from "@/lib/media";
import { formatCount } from "@/lib/numbers";
import type { Arranged } from "./held-rows";
import { changeView, formatListParams, isFiltered, type ListParams } from "./list-params";
import type { ProgressById } from "./list-queries";
import { NewRowsPill } from "./NewRowsPill";
import { ReleaseCards } from "./ReleaseCards";
import type { ChangeView } from "./ReleaseListPage";
import { ReleaseTable } from "./ReleaseTable";
import { useHeldRows } from "./use-held-rows";
import { useReading } from "./use-reading";
import { useReturn } from "./use-return";

const WIDE = "(min-width: 64em)";

const Frame = chakra("div");

function counted(count: number, what: string): string {
  return `${formatCount(count)} ${what} ${count === 1 ? "release" : "releases"}`;
}

/**
 * What has come in, in words; null where nothing has. Where a filter lets releases in as they change, they need not be
 * new, and onto a later page they move from the one before.
 */
function offerOf({ withheld, isReordered }: Arranged, params: ListParams): string | null {
  if (withheld === 0) return isReordered ? "The order has changed" : null;
  const areNew = params.page === 1 && !isFiltered({ ...params, search: "" });
  return counted(withheld, areNew ? "new" : "more");
}

/** Keeps the page as long as it was while rows that left it wait for those that have come: nothing below may jump. */
function useSteadyHeight(frame: RefObject<HTMLElement | null>, isHeld: boolean): void {
  const height = useRef(0);
  useLayoutEffect(() => {
    if (!frame.current) return;
    frame.current.style.minHeight = isHeld ? `${height.current}px` : "";
    if (!isHeld) height.current = frame.current.offsetHeight;
  });
}

interface ReleaseRowsProps {
  page: ReleasePage;
  params: ListParams;
  /** Whether this is still the page of the view before, shown until that of this one is there. */
  isOfBefore: boolean;
  progress: ProgressById;
  progressPending: boolean;
  onChange: ChangeView;
}

/** The rows of a page, as a table or as cards. They stay where they are while somebody reads them. */
export function ReleaseRows({ page, params, isOfBefore, progress, progressPending, onChange }: ReleaseRowsProps) {
  const frame = useRef<HTMLDivElement>(null);
  const isWide = useMediaQuery(WIDE);
  const view = isOfBefore ? null : formatListParams(params).toString();
  const held = useHeldRows(page.results, view, useReading(frame));
  useSteadyHeight(frame, held.withheld > 0);
  const returnProps = useReturn(frame);
  const Releases = isWide ? ReleaseTable : ReleaseCards;

  function show() {
    held.showAll();
    window.scrollTo({ top: 0 });
    // The pill goes. From here the next step leads to the first row; on the row itself it would hold all others up.
    frame.current?.querySelector<HTMLElement>("[data-rows]")?.focus({ preventScroll: true });
  }

  return (
    <Frame ref={frame} {...returnProps}>
      <NewRowsPill words={offerOf(held, params)} onShow={show} />
      <Releases
        releases={held.rows}
        progress={progress}
        progressPending={progressPending}
        sort={params.sort}
        onSort={(sort) => onChange(changeView(params, { sort }))}
      />
    </Frame>
  );
}
