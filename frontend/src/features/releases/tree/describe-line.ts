import { describeRollup, PHASE_LOOKS } from "@/lib/phase";
import type { TreeEntity } from "./entities";

function stateInWords({ state, phase }: TreeEntity): string {
  const { word } = PHASE_LOOKS[phase];
  return state && state.toLowerCase() !== word ? `${state} (${word})` : word;
}

/** One line of the tree as assistive technology says it. */
export function describeLine(entity: TreeEntity): string {
  const { name, id, type, rollup, error_message: message, problem } = entity;
  const version = "version" in entity && entity.type === "app" ? entity.version : null;
  return [
    name ? `${name}, ${id}` : id,
    stateInWords(entity),
    version && `version ${version}`,
    type !== "app" && rollup && describeRollup(rollup),
    message,
    problem?.detail,
  ]
    .filter(Boolean)
    .join(", ");
}
