import type { TreeEntity } from "@/lib/entities";
import { describeRollup, knownRollup, PHASE_LOOKS } from "@/lib/phase";

/** An entity's name or, where it has none, its ID without the type, which its place on the board tells. */
export function shortName({ name, id }: Pick<TreeEntity, "name" | "id">): string {
  return name || id.slice(id.indexOf(":") + 1);
}

/** "failed", "ImagePullBackOff (failed)": the state as it is given, with the word of its phase. */
export function stateInWords({ state, phase }: Pick<TreeEntity, "state" | "phase">): string {
  const { word } = PHASE_LOOKS[phase];
  return state === null || state.toLowerCase() === word ? word : `${state} (${word})`;
}

function particulars(entity: TreeEntity): (string | null)[] {
  if ("bundle_id" in entity) return [entity.version];
  const rollup = knownRollup(entity);
  return [rollup && describeRollup(rollup)];
}

/** "search-api, failed, 4.12.0, image not found": what a cell says to those who don't see it. */
export function inWords(entity: TreeEntity): string {
  const type = entity.type === "app" ? null : entity.type;
  const said = [type, stateInWords(entity), ...particulars(entity), entity.error_message, entity.problem?.detail];
  return [shortName(entity), ...said].filter(Boolean).join(", ");
}
