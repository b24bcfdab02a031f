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
      maxWidth: "15rem",
      overflow: "hidden",
      textOverflow: "ellipsis",
      whiteSpace: "nowrap",
    },
  },
});

/** "Held by canary › eu-west › core › search-api: image not found" */
function sentence({ kind, message, state }: HeldBy, names: readonly string[]): string {
  const said = message ?? state;
  return `${LEADS[kind]} ${names.join(" › ")}${said ? `: ${said}` : ""}`;
}

interface HeldByNoteProps {
  heldBy: HeldBy | null | undefined;
  /** The last name alone, in one line that is cut where it is too long. */
  brief?: boolean;
}

/** What holds a release up, in one line; nothing where nothing does but itself. */
export function HeldByNote({ heldBy, brief = false }: HeldByNoteProps) {
  const since = parseMoment(heldBy?.since);
  const age = useClock((now) => (since === null ? null : formatAgo(since, now)));
  if (!heldBy || heldBy.names.length === 0) return null;
  const whole = sentence(heldBy, heldBy.names);
  const title = since === null ? whole : `${whole} · since ${formatExact(since)}`;
  return (
    <Note data-kind={heldBy.kind} data-brief={brief ? "" : undefined} title={title}>
      {brief ? sentence(heldBy, heldBy.names.slice(-1)) : whole}
      {age && `, ${age}`}
    </Note>
  );
}
