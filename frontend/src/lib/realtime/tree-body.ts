import type { EntityType, Hierarchy } from "../api/types";
import { CHILDREN_OF_TYPE, childrenOf, type TreeEntity } from "../entities";
import { isEntity, isRelease } from "./checks";
import type { Change, Fields } from "./frames";
import type { BodyKind } from "./replica";

const NEXT_TYPE: Readonly<Record<EntityType, EntityType | null>> = {
  release: "wave",
  wave: "cluster",
  cluster: "bundle",
  bundle: "app",
  app: null,
};

function isNode(value: unknown, type: EntityType): value is TreeEntity {
  if (!isEntity(value) || value.type !== type) return false;
  const name = CHILDREN_OF_TYPE[type];
  return (name === null || Array.isArray(value[name])) && (type !== "release" || isRelease(value));
}

function isBranch(value: unknown, type: EntityType): value is TreeEntity {
  if (!isNode(value, type)) return false;
  const next = NEXT_TYPE[type];
  return next === null || childrenOf(value).every((child) => isBranch(child, next));
}

function withChildren<T extends TreeEntity>(entity: T, children: readonly TreeEntity[]): T {
  const name = CHILDREN_OF_TYPE[entity.type];
  return name === null ? entity : { ...entity, [name]: children };
}

/** The entity with its own fields set; null where they don't fit it, or would put another in its place. */
function withFields<T extends TreeEntity>(entity: T, fields: Fields): T | null {
  const own = [CHILDREN_OF_TYPE[entity.type], "id", "type", "path"];
  if (Object.keys(fields).some((name) => own.includes(name))) return null;
  const changed = { ...entity, ...fields };
  return isNode(changed, entity.type) ? changed : null;
}

type Edit = (siblings: readonly TreeEntity[], id: string) => readonly TreeEntity[] | null;

function replaced(siblings: readonly TreeEntity[], index: number, changed: TreeEntity | null) {
  return changed && siblings.with(index, changed);
}

/** The branch with the children changed among which a path ends; all that is not on the way there stays as it is. */
function edited<T extends TreeEntity>(entity: T, [id = "", ...below]: readonly string[], edit: Edit): T | null {
  const children = childrenOf(entity);
  if (below.length === 0) {
    const changed = edit(children, id);
    return changed && withChildren(entity, changed);
  }
  const index = children.findIndex((child) => child.id === id);
  const child = children[index];
  const changed = child && replaced(children, index, edited(child, below, edit));
  return changed ? withChildren(entity, changed) : null;
}

function setting(fields: Fields): Edit {
  return (siblings, id) => {
    const index = siblings.findIndex((sibling) => sibling.id === id);
    const sibling = siblings[index];
    return sibling ? replaced(siblings, index, withFields(sibling, fields)) : null;
  };
}

function adding(entity: TreeEntity, index: number): Edit {
  return (siblings, id) => {
    if (entity.id !== id || index > siblings.length || siblings.some((sibling) => sibling.id === id)) return null;
    return siblings.toSpliced(index, 0, entity);
  };
}

const removing: Edit = (siblings, id) => {
  const left = siblings.filter((sibling) => sibling.id !== id);
  return left.length < siblings.length ? left : null;
};

const TYPES: readonly EntityType[] = ["release", "wave", "cluster", "bundle", "app"];

function apply(tree: Hierarchy, change: Change): Hierarchy | null {
  const { path } = change;
  if (path === "") return change.op === "set" ? withFields(tree, change.fields) : null;
  const way = path.split("/");
  switch (change.op) {
    case "set":
      return edited(tree, way, setting(change.fields));
    case "remove":
      return edited(tree, way, removing);
    case "add": {
      const { entity, index } = change;
      const type = TYPES[way.length];
      if (!type || !isBranch(entity, type) || entity.path !== path) return null;
      return edited(tree, way, adding(entity, index));
    }
  }
}

/** The body of a release's hierarchy. */
export const TREE_BODY: BodyKind<Hierarchy> = {
  read: (data) => (isBranch(data, "release") ? (data as Hierarchy) : null),
  apply,
  stamp: (tree, stamp) => ({ ...tree, ...stamp }),
};
