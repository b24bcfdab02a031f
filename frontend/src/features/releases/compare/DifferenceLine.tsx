import { memo, type ReactNode } from "react";
import { Link } from "react-router";
import { ChevronRightIcon } from "@/components/icons";
import { PhaseBadge } from "@/components/PhaseBadge";
import { ProblemNote } from "@/components/ProblemNote";
import type { Compared, ComparedApp, OnlyInOne } from "@/lib/api/types";
import { entityHref } from "@/lib/destinations";
import { appsInWords } from "@/lib/phase";
import { formatDuration } from "@/lib/time";

/** The two releases, as they are called on this page. */
export interface Sides {
  a: { id: string; label: string };
  b: { id: string; label: string };
}

interface ChangeProps {
  from: ReactNode;
  to: ReactNode;
  className?: string;
}

/** "1.2.3 → 1.3.0", and in words for who hears it. */
function Change({ from, to, className = "" }: ChangeProps) {
  return (
    <span className={`diff-change ${className}`}>
      <span className="visually-hidden">from </span>
      <span className="diff-from">{from}</span>
      <span className="diff-arrow" aria-hidden="true">
        →
      </span>
      <span className="visually-hidden"> to </span>
      <span className="diff-to">{to}</span>
    </span>
  );
}

function differsIn({ differs }: Compared, aspect: Compared["differs"][number]): boolean {
  return differs.includes(aspect);
}

/** The side that is shown where both are the same, or there is but one. */
function shownOf({ a, b }: Pick<Compared, "a" | "b">): ComparedApp | null {
  return b ?? a;
}

function VersionCell({ app }: { app: Compared }) {
  const version = shownOf(app)?.version ?? null;
  const isNew = differsIn(app, "version");
  return (
    <td className="diff-cell" data-label="Version" data-empty={!isNew && version === null ? "" : undefined}>
      {isNew ? (
        <Change className="diff-version" from={app.a?.version ?? "none"} to={app.b?.version ?? "none"} />
      ) : (
        <span className="diff-version diff-same">{version}</span>
      )}
    </td>
  );
}

function State({ side }: { side: ComparedApp }) {
  if (side.state === null && side.problem) return <ProblemNote problem={side.problem} />;
  return <PhaseBadge phase={side.phase} state={side.state} />;
}

/** An unread one says nothing of its state, and may well be in the same. */
function hasTwoStates(app: Compared): boolean {
  return differsIn(app, "state") || (differsIn(app, "unread") && app.match === "both");
}

function StateCell({ app }: { app: Compared }) {
  const { a, b } = app;
  const shown = shownOf(app);
  const message = shown?.error_message;
  return (
    <td className="diff-cell" data-label="State">
      {a && b && hasTwoStates(app) ? (
        <Change from={<State side={a} />} to={<State side={b} />} />
      ) : (
        shown && <State side={shown} />
      )}
      {message && <div className="diff-message">{message}</div>}
    </td>
  );
}

function inWords(seconds: number): string {
  return formatDuration(seconds * 1_000);
}

function DurationCell({ app }: { app: Compared }) {
  const [a, b] = [app.a?.duration_seconds ?? null, app.b?.duration_seconds ?? null];
  const shown = app.match === "a" ? a : b;
  const isOther = differsIn(app, "duration") && a !== null && b !== null;
  return (
    <td className="diff-cell" data-label="Duration" data-empty={shown === null ? "" : undefined}>
      {isOther && (
        <span>
          <Change from={inWords(a)} to={inWords(b)} />{" "}
          <span className="diff-by">
            {b > a ? "+" : "−"}
            {inWords(Math.abs(b - a))}
          </span>
        </span>
      )}
      {!isOther && shown !== null && <span className="diff-same">{inWords(shown)}</span>}
    </td>
  );
}

function Links({ app, sides }: { app: Compared; sides: Sides }) {
  return (
    <td className="diff-links">
      {(["a", "b"] as const).map((side) => {
        const held = app[side];
        if (!held) return null;
        const { id, label } = sides[side];
        const words = `${app.names.at(-1)} in ${label}`;
        return (
          <Link key={side} className="diff-link" to={entityHref(id, held.path)} aria-label={words} title={words}>
            {side.toUpperCase()}
          </Link>
        );
      })}
    </td>
  );
}

/** "only in payments-2025.11", or that nobody knows. */
function onlyInWords(match: Compared["match"], isUnread: boolean, sides: Sides): string {
  const [here, there] = match === "a" ? [sides.a, sides.b] : [sides.b, sides.a];
  return isUnread ? `can't be read in ${there.label}` : `only in ${here.label}`;
}

interface AppLineProps {
  app: Compared;
  sides: Sides;
  /** Whether it stands below what holds it, which says already where it is. */
  nested: boolean;
}

/** One app: what of it differs as old and new, what does not but once. */
export const AppLine = memo(function AppLine({ app, sides, nested }: AppLineProps) {
  const { match, names } = app;
  const isAlone = match !== "both" && !nested;
  return (
    <>
      <td className="diff-app">
        <span className="diff-name">{names.at(-1)}</span>{" "}
        {isAlone && <span className="diff-only">{onlyInWords(match, differsIn(app, "unread"), sides)}</span>}
        <div className="diff-path">{names.slice(0, -1).join(" › ")}</div>
      </td>
      <VersionCell app={app} />
      <StateCell app={app} />
      <DurationCell app={app} />
      <Links app={app} sides={sides} />
    </>
  );
});

interface GroupLineProps {
  group: OnlyInOne;
  /** How many of its apps are to be shown when it is opened. */
  apps: number;
  expanded: boolean;
  sides: Sides;
  onToggle: () => void;
}

/** A wave, cluster or bundle that one release alone has: one line for all its apps, until it is opened. */
export function GroupLine({ group, apps, expanded, sides, onToggle }: GroupLineProps) {
  const { type, names, match, unread } = group;
  const held = apps === group.apps ? appsInWords(apps) : `${apps} of ${appsInWords(group.apps)}`;
  return (
    <td colSpan={5}>
      <button type="button" className="diff-toggle" aria-expanded={expanded} onClick={onToggle}>
        <ChevronRightIcon />
        <span>
          <span className="diff-name">
            {type} {names.join(" › ")}
          </span>{" "}
          <span className="diff-only">{onlyInWords(match, unread, sides)}</span>{" "}
          <span className="diff-path">{held}</span>
        </span>
      </button>
    </td>
  );
}
