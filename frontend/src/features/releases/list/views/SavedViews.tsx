import { chakra } from "@chakra-ui/react";
import { useQuery } from "@tanstack/react-query";
import { Disclosure } from "@/components/Disclosure";
import { BookmarkIcon } from "@/components/icons";
import type { SavedView } from "@/lib/api/types";
import { type ListParams, parseListParams, viewAddress } from "../list-params";
import { ViewsPanel } from "./ViewsPanel";
import { viewsQuery } from "./view-queries";

// Of one width, whatever the name of the view: nothing beside it moves when that is known.
const Name = chakra("span", {
  base: {
    width: { base: "5rem", sm: "8rem" },
    textAlign: "start",
    overflow: "hidden",
    textOverflow: "ellipsis",
    whiteSpace: "nowrap",
  },
});

const Panel = chakra("div", { base: { width: "min(23rem, 100vw - 3rem)" } });

function isShown(view: SavedView, params: ListParams): boolean {
  return viewAddress(parseListParams(new URLSearchParams(view.query))) === viewAddress(params);
}

/** The reader's saved views, and which of them is being looked at. */
export function SavedViews({ params }: { params: ListParams }) {
  const views = useQuery(viewsQuery);
  const current = views.data?.find((view) => isShown(view, params));
  return (
    <Disclosure
      variant="outline"
      bg="bg.panel"
      fontWeight="normal"
      align="end"
      label={current ? `Views: ${current.name}` : "Views"}
      title={current?.name ?? "Your saved views"}
      button={
        <>
          <BookmarkIcon />
          <Name>{current?.name ?? "Views"}</Name>
        </>
      }
    >
      {(close) => (
        <Panel>
          <ViewsPanel params={params} views={views} current={current} onChosen={close} />
        </Panel>
      )}
    </Disclosure>
  );
}
