import { Button, chakra } from "@chakra-ui/react";
import { PhaseGlyph } from "@/components/PhaseGlyph";
import { RollupBar } from "@/components/RollupBar";
import { childrenOf, labelOf, type TreeEntity } from "@/lib/entities";
import { formatCount } from "@/lib/numbers";
import { appsInWords, knownRollup } from "@/lib/phase";
import { useReleaseAddress } from "../detail/release-address";
import { countFailures, isInTrouble } from "../tree/entities";
import { EntityLink } from "./EntityLink";

const MANY = 8;

const List = chakra("ul", { base: { listStyle: "none", display: "flex", flexDirection: "column", gap: "1" } });
const Item = chakra("li", { base: { display: "flex", alignItems: "baseline", gap: "1.5", fontSize: "sm" } });
const Mark = chakra("span", {
  base: { color: "phase.failed.fg", "&[data-phase=unknown]": { color: "phase.unknown.fg" } },
});
const Where = chakra("span", { base: { color: "fg.muted", fontSize: "xs", overflowWrap: "anywhere" } });

interface Failure {
  entity: TreeEntity;
  /** What it stands in, from below the branch that is looked at. */
  above: readonly TreeEntity[];
}

/** The first failures of a branch, each where it began. */
function firstFailures(branch: TreeEntity): Failure[] {
  const found: Failure[] = [];
  function look(entity: TreeEntity, above: readonly TreeEntity[]) {
    for (const child of childrenOf(entity)) {
      if (found.length === MANY) return;
      const deeper = childrenOf(child).some((grandchild) => countFailures(grandchild) > 0);
      if (deeper) look(child, [...above, child]);
      else if (isInTrouble(child)) found.push({ entity: child, above });
    }
  }
  look(branch, []);
  return found;
}

/** "6 clusters", "1 bundle" */
function childrenInWords(entity: TreeEntity): string | null {
  const children = childrenOf(entity);
  const type = children[0]?.type;
  if (!type) return null;
  return type === "app"
    ? appsInWords(children.length)
    : `${children.length} ${type}${children.length === 1 ? "" : "s"}`;
}

/** What an entity holds: how its apps stand, and which of them failed. */
export function Below({ entity, onFollow }: { entity: TreeEntity; onFollow: () => void }) {
  const [, change] = useReleaseAddress();
  const rollup = knownRollup(entity);
  const failures = firstFailures(entity);
  const more = countFailures(entity) - failures.length;
  return (
    <>
      <Where>{childrenInWords(entity)}</Where>
      {rollup && <RollupBar rollup={rollup} />}
      {failures.length > 0 && (
        <List aria-label="What failed">
          {failures.map(({ entity: failed, above }) => (
            <Item key={failed.path}>
              <Mark data-phase={failed.phase}>
                <PhaseGlyph phase={failed.phase} />
              </Mark>
              <span>
                <EntityLink path={failed.path} onFollow={onFollow}>
                  {labelOf(failed)}
                </EntityLink>{" "}
                <Where>
                  {failed.state ?? failed.phase}
                  {above.length > 0 && `, in ${above.map(labelOf).join(" › ")}`}
                </Where>
              </span>
            </Item>
          ))}
        </List>
      )}
      {failures.length === MANY && more > 0 && (
        <Button size="xs" variant="outline" alignSelf="start" onClick={() => change({ failuresOnly: true })}>
          Show the other {formatCount(more)}, too
        </Button>
      )}
    </>
  );
}
