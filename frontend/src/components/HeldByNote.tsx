import { chakra } from "@chakra-ui/react";
import type { HeldBy } from "@/lib/api/types";
import { useClock } from "@/lib/clock";
import { formatAgo, formatExact, parseMoment } from "@/lib/time";

const LEADS: Record<HeldBy["kind"], string> = {
  failed: "Held by",
  active: "At",
  waiting: "Waits for",
};

const Note = chakra("span", {
  base: {
    color: "fg.muted",
    fontSize: "xs",
    overflowWrap: "anywhere",
    "&[data-kind=failed]": { color: "phase.failed.fg" },
    // In a list each row keeps its height: the whole of it is in the title, and on the release's own page.
    "&[data-brief]": {
      display: "block",
      maxWidth: "100%",
      overflow: "hidden",
      textOverflow: "ellipsis",
      whiteSpace: "nowrap",
    },
  },
});

/** "canary › eu-west › core › search-api: image not found" */
function whatHolds({ names, message, state }: HeldBy): string {
  const said = message ?? state;
  return names.join(" › ") + (said ? `: ${said}` : "");
}

interface HeldByNoteProps {
  heldBy: HeldBy | null | undefined;
  /** One line, cut where it is too long. */
  brief?: boolean;
}

/** What holds a release up, in one line; nothing where nothing does but itself. */
export function HeldByNote({ heldBy, brief = false }: HeldByNoteProps) {
  const since = parseMoment(heldBy?.since);
  const age = useClock((now) => (since === null ? null : formatAgo(since, now)));
  if (!heldBy || heldBy.names.length === 0) return null;
  const text = `${LEADS[heldBy.kind]} ${whatHolds(heldBy)}`;
  const title = since === null ? text : `${text} · since ${formatExact(since)}`;
  return (
    <Note data-kind={heldBy.kind} data-brief={brief ? "" : undefined} title={title}>
      {text}
      {age && `, ${age}`}
    </Note>
  );
}
