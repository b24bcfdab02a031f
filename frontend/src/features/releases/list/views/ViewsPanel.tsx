import { chakra, Skeleton } from "@chakra-ui/react";
import type { UseQueryResult } from "@tanstack/react-query";
import { type ReactNode, useState } from "react";
import { RetryButton } from "@/components/RetryButton";
import type { SavedView } from "@/lib/api/types";
import { type ListParams, viewAddress } from "../list-params";
import { DeletedLine } from "./DeletedLine";
import { SaveViewForm } from "./SaveViewForm";
import { ViewLine } from "./ViewLine";
import { ViewNote } from "./ViewNote";
import { refusalOf } from "./view-queries";

const Frame = chakra("div", { base: { display: "flex", flexDirection: "column", gap: "2", p: "1" } });
const Lines = chakra("ul", { base: { listStyle: "none", maxHeight: "min(24rem, 50vh)", overflowY: "auto" } });
const Hint = chakra("p", { base: { px: "2", py: "1", color: "fg.muted" } });

interface ViewsPanelProps {
  params: ListParams;
  views: UseQueryResult<SavedView[]>;
  /** The one that is being looked at. */
  current: SavedView | undefined;
  onChosen: () => void;
}

function Instead({ views }: Pick<ViewsPanelProps, "views">): ReactNode {
  if (views.isPending) return <Skeleton height="16" role="status" aria-label="Loading your views" />;
  if (views.data) {
    return <Hint>You have no views yet. Search, filter and sort the list, then keep what it shows under a name.</Hint>;
  }
  return (
    <ViewNote failed words={`Your views can't be read. ${refusalOf(views.error)}`}>
      <RetryButton size="xs" variant="outline" colorPalette="gray" onRetry={views.refetch}>
        Try again
      </RetryButton>
    </ViewNote>
  );
}

interface Entry {
  view: SavedView;
  isDeleted: boolean;
}

/** The views with those that were deleted a moment ago, each where it stood: no line may slip under a pointer. */
function entriesOf(views: readonly SavedView[], deleted: readonly SavedView[]): Entry[] {
  const entries = views.map((view): Entry => ({ view, isDeleted: false }));
  for (const view of deleted) {
    const next = entries.findIndex((entry) => entry.view.name.toLowerCase() > view.name.toLowerCase());
    entries.splice(next === -1 ? entries.length : next, 0, { view, isDeleted: true });
  }
  return entries;
}

/** The reader's views: to go to, to keep the present one, to change and to delete. */
export function ViewsPanel({ params, views, current, onChosen }: ViewsPanelProps) {
  const [deleted, setDeleted] = useState<readonly SavedView[]>([]);
  const [restored, setRestored] = useState<string | null>(null);
  const query = viewAddress(params);
  const known = views.data ?? [];
  const entries = entriesOf(
    known,
    deleted.filter(({ id }) => known.every((view) => view.id !== id)),
  );

  function restore(view: SavedView) {
    setDeleted(deleted.filter((other) => other !== view));
    setRestored(view.name);
  }

  return (
    <Frame>
      {entries.length === 0 && <Instead views={views} />}
      {entries.length > 0 && (
        <nav aria-label="Your views">
          <Lines>
            {entries.map(({ view, isDeleted }) =>
              isDeleted ? (
                <DeletedLine key={view.id} view={view} onRestored={() => restore(view)} />
              ) : (
                <ViewLine
                  key={view.id}
                  view={view}
                  isCurrent={view === current}
                  isRestored={view.name === restored}
                  present={query}
                  onChosen={onChosen}
                  onDeleted={() => setDeleted([...deleted, view])}
                />
              ),
            )}
          </Lines>
        </nav>
      )}
      <SaveViewForm query={query} />
    </Frame>
  );
}
