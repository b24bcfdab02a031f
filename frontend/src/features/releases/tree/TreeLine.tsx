import { memo } from "react";
import { ChevronRightIcon } from "@/components/icons";
import { PhaseBadge } from "@/components/PhaseBadge";
import { ProblemNote } from "@/components/ProblemNote";
import { RelativeTime } from "@/components/RelativeTime";
import { RollupBar } from "@/components/RollupBar";
import type { TreeEntity } from "@/lib/entities";
import { knownRollup } from "@/lib/phase";
import { differIn, useFlash } from "../flash";

function EntityName({ entity: { id, name } }: { entity: TreeEntity }) {
  if (!name) return <span className="tree-label">{id}</span>;
  return (
    <>
      <span className="tree-label">{name}</span>
      <span className="tree-id">{id}</span>
    </>
  );
}

function EntityState({ entity: { phase, state, reported_state: reported } }: { entity: TreeEntity }) {
  return (
    <div className="tree-state">
      <PhaseBadge phase={phase} state={state} />
      {reported && reported !== state && <span className="tree-reported">last said “{reported}”</span>}
    </div>
  );
}

function EntityProgress({ entity }: { entity: TreeEntity }) {
  if ("bundle_id" in entity) {
    return (
      <div className="tree-progress">
        <span className="tree-version">{entity.version}</span>
      </div>
    );
  }
  const rollup = knownRollup(entity);
  return (
    <div className="tree-progress" data-kind="rollup">
      {rollup && <RollupBar rollup={rollup} />}
    </div>
  );
}

function EntityTrouble({ entity: { error_message: message, phase, problem } }: { entity: TreeEntity }) {
  return (
    <>
      {message && (
        <div className="tree-trouble" data-failed={phase === "failed" ? "" : undefined}>
          {message}
        </div>
      )}
      {problem && (
        <div className="tree-trouble">
          <ProblemNote problem={problem} />
        </div>
      )}
    </>
  );
}

const differInThemselves = differIn<TreeEntity>([
  "name",
  "state",
  "phase",
  "reported_state",
  "error_message",
  "problem",
]);
const differInRollup = differIn<TreeEntity>(["rollup"]);

function differInVersion(before: TreeEntity, now: TreeEntity): boolean {
  return before.type === "app" && "version" in before && "version" in now && before.version !== now.version;
}

interface TreeLineProps {
  entity: TreeEntity;
  expandable: boolean;
  expanded: boolean;
}

/** What one line of the tree says. Its place, focus and role are its row's business. */
export const TreeLine = memo(function TreeLine({ entity, expandable, expanded }: TreeLineProps) {
  const flash = useFlash(
    entity,
    (before, now) =>
      differInThemselves(before, now) ||
      differInVersion(before, now) ||
      // A closed branch stands for all that it holds; below an open one the line that changed flashes itself.
      (!expanded && differInRollup(before, now)),
  );
  return (
    <div className="tree-line" {...flash}>
      <div className="tree-name">
        <span className="tree-twisty">{expandable && <ChevronRightIcon />}</span>
        <span className="tree-names">
          <EntityName entity={entity} />
        </span>
      </div>
      <EntityState entity={entity} />
      <EntityProgress entity={entity} />
      <div className="tree-updated">
        <RelativeTime at={entity.updated_at} />
      </div>
      <EntityTrouble entity={entity} />
    </div>
  );
});
