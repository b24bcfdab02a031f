import { chakra } from "@chakra-ui/react";
import { Link } from "react-router";
import type { HeldBy, Release } from "@/lib/api/types";
import { entityHref } from "@/lib/destinations";
import { useKnownClock } from "@/lib/last-known";
import { formatCalmDuration, formatExact, formatMinute, parseMoment } from "@/lib/time";

const LEADS: Record<HeldBy["kind"], string> = {
  failed: "Held by",
  active: "At",
  waiting: "Waits for",
};

/** Of the other levels, names tell by themselves what they are those of. */
const NAMED_WITH_TYPE: readonly string[] = ["wave", "bundle"];

const Note = chakra("span", {
  base: {
    color: "fg.muted",
    fontSize: "xs",
    lineHeight: "1.45",
    minWidth: 0,
    overflowWrap: "anywhere",
    "&[data-kind=failed]": { color: "phase.failed.fg" },
    "&:not([data-two-lines])": { lineClamp: 4 },
    // Where in the first line, what and since when in the second. What does not fit is cut from the way and from the
    // message; the title has all of it.
    "&[data-two-lines] > span": { display: "flex", whiteSpace: "nowrap" },
    "&[data-two-lines] .held-cut": { minWidth: 0, overflow: "hidden", textOverflow: "ellipsis" },
    "&[data-two-lines] .held-way": { whiteSpace: "pre" },
    // Never cut for the way's sake; the longest leave room for their lead.
    "&[data-two-lines] .held-name": {
      flex: "none",
      maxWidth: "calc(100% - 4.5rem)",
      overflow: "hidden",
      textOverflow: "ellipsis",
    },
    "&[data-two-lines] .held-gap": { flex: "none", whiteSpace: "pre" },
  },
});

const EntityLink = chakra(Link, {
  base: {
    fontWeight: "semibold",
    borderRadius: "sm",
    focusVisibleRing: "inside",
    textDecoration: "underline",
    textDecorationStyle: "dotted",
    textUnderlineOffset: "0.2em",
    _hover: { textDecorationStyle: "solid" },
  },
});

function labelOf(name: string, type: string | undefined): string {
  const isTold = !type || !NAMED_WITH_TYPE.includes(type) || name.toLowerCase().includes(type);
  return isTold ? name : `${type} ${name}`;
}

/** "wave canary", "eu-west", "bundle core", "search-api" */
function wayOf({ path, names }: HeldBy): string[] {
  const types = path.split("/").map((id) => id.split(":", 1)[0]);
  return names.map((name, index) => labelOf(name, types[index]));
}

/** The moment of a failure, or for how long it has been so. */
function useWhen({ kind }: Pick<HeldBy, "kind">, since: number | null): string {
  return useKnownClock((known, now) => {
    if (since === null) return "";
    return kind === "failed" ? formatMinute(since, now) : `for ${formatCalmDuration(Math.max(0, known - since))}`;
  });
}

interface Words {
  lead: string;
  /** Down to the one that holds it up, which is not in it. */
  way: string;
  name: string;
  said: string;
}

function wordsOf(heldBy: HeldBy): Words {
  const { kind, message, state } = heldBy;
  const steps = wayOf(heldBy);
  const name = steps.pop();
  if (name === undefined) {
    // That its state is “failed” has been said with that.
    const said = message || (state?.toLowerCase() === kind ? "" : state) || "";
    return { lead: "", way: "", name: "Failed by itself", said };
  }
  const way = steps.map((step) => `${step} › `).join("");
  return { lead: `${LEADS[kind]} `, way, name, said: message || state || "" };
}

function momentOf(heldBy: HeldBy, { ended_at }: Held): number | null {
  // A release says of itself only that it failed; its run's end is when.
  return parseMoment(heldBy.since ?? (heldBy.kind === "failed" && heldBy.path === "" ? ended_at : null));
}

/** Of a release that is itself at work, its own state says as much. */
function isWorthTelling({ kind, names }: HeldBy): boolean {
  return names.length > 0 || kind === "failed";
}

type Held = Pick<Release, "id" | "ended_at">;

interface HeldByNoteProps {
  heldBy: HeldBy | null | undefined;
  release: Held;
  /** In exactly two lines, which are cut where they are too long; else in as many as it takes. */
  twoLines?: boolean;
}

/**
 * What holds a release, or a wave of it, up: "Held by wave 2 › eu-west › bundle core › search-api: image not found,
 * 14:03". The last of them leads to where the release's page shows it.
 */
export function HeldByNote({ heldBy, ...where }: HeldByNoteProps) {
  return heldBy && isWorthTelling(heldBy) ? <Told heldBy={heldBy} {...where} /> : null;
}

function Told({ heldBy, release, twoLines = false }: HeldByNoteProps & { heldBy: HeldBy }) {
  const { kind, path } = heldBy;
  const { lead, way, name, said } = wordsOf(heldBy);
  const since = momentOf(heldBy, release);
  const when = useWhen(heldBy, since);
  const beforeWhen = when && (kind === "failed" ? ", " : " ");
  const whole = `${lead}${way}${name}${said && `: ${said}`}`;
  return (
    <Note
      data-kind={kind}
      data-two-lines={twoLines ? "" : undefined}
      title={since === null ? whole : `${whole} · since ${formatExact(since)}`}
    >
      <span>
        <span className="held-gap">{lead}</span>
        <span className="held-cut held-way">{way}</span>
        <span className="held-name">
          {path ? <EntityLink to={entityHref(release.id, path)}>{name}</EntityLink> : name}
        </span>
        <span className="held-gap">{said ? ": " : beforeWhen}</span>
      </span>
      <span>
        <span className="held-cut">{said}</span>
        <span className="held-gap">
          {said && beforeWhen}
          {when}
        </span>
      </span>
    </Note>
  );
}
