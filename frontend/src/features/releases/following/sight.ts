import type { Hierarchy } from "@/lib/api/types";
import { CHILDREN_OF_TYPE, type TreeEntity, wayTo } from "@/lib/entities";
import { isEntity, isRelease } from "@/lib/realtime/checks";
import type { Change, Fields } from "@/lib/realtime/frames";
import type { BodyKind } from "@/lib/realtime/replica";
import { TREE_BODY } from "@/lib/realtime/tree-body";

/** Of a release, and of what is followed in it, what each is without what it holds; by path, the release's own is empty. */
export type Sight = ReadonlyMap<string, TreeEntity>;

/** Its children would keep a tree of thousands in memory, for the sake of one line of it. */
function alone(entity: TreeEntity): TreeEntity {
  const held = CHILDREN_OF_TYPE[entity.type];
  return held === null ? entity : { ...entity, [held]: [] };
}

export function sightOf(tree: Hierarchy, paths: readonly string[]): Sight {
  const seen = ["", ...paths].flatMap((path) => {
    const entity = wayTo(tree, path)?.at(-1);
    return entity ? [[path, alone(entity)] as const] : [];
  });
  return new Map(seen);
}

function withFields(sight: Sight, path: string, fields: Fields): Sight | null {
  const before = sight.get(path);
  if (!before) return sight;
  const changed: unknown = { ...before, ...fields };
  const isFit = path === "" ? isRelease(changed) : isEntity(changed);
  return isFit ? new Map(sight).set(path, alone(changed as unknown as TreeEntity)) : null;
}

function touches({ path }: Change, paths: readonly string[]): boolean {
  return paths.some((followed) => followed === path || followed.startsWith(`${path}/`));
}

/** What a release's socket tells of the entities at some paths. All else of its tree is let go as it comes. */
export function sightBody(paths: readonly string[]): BodyKind<Sight> {
  return {
    read(data) {
      const tree = TREE_BODY.read(data);
      return tree && sightOf(tree, paths);
    },
    apply(sight, change) {
      if (change.op === "set") return withFields(sight, change.path, change.fields);
      // Rare enough to ask for the whole once more.
      return touches(change, paths) ? null : sight;
    },
    stamp: (sight) => sight,
  };
}
