import type { Hierarchy } from "@/lib/api/types";
import { labelOf, type TreeEntity } from "@/lib/entities";
import { formatCount } from "@/lib/numbers";
import { PHASE_LOOKS } from "@/lib/phase";
import { formatClock, formatDuration, formatExact } from "@/lib/time";
import { type Failure, type Times, tookOf } from "./times";

/** "failed", or "ImagePull (failed)" where the workflow's own word is another. */
function stateInWords({ phase, state }: TreeEntity): string {
  const { word } = PHASE_LOOKS[phase];
  return state && state.toLowerCase() !== word ? `${state} (${word})` : word;
}

/** "2 min 10 s"; nothing for what has no known length. */
export function tookInWords(times: Times): string {
  const took = tookOf(times);
  return took === null ? "" : formatDuration(took);
}

/** Without what changes each second: the name of what has the focus would be read out again and again. */
function timesInWords(times: Times, now: number): string {
  if (times.kind === "none") return times.why;
  if (times.kind === "moment") return `start not given, last changed ${formatClock(times.at, now)}`;
  const from = `from ${formatClock(times.from, now)}`;
  if (times.goesOn) return `${from}, going on`;
  return `${from} to ${formatClock(times.to, now)}, took ${tookInWords(times)}`;
}

/** "search-api: image not found" */
export function failureInWords({ label, message }: Failure): string {
  return message ? `${label}: ${message}` : `${label} failed`;
}

/** How many failures are told one by one. */
const TOLD = 3;

export function failuresInWords(failures: readonly Failure[]): string {
  const told = failures.slice(0, TOLD).map(failureInWords);
  const rest = failures.length - told.length;
  return [...told, ...(rest > 0 ? [`and ${formatCount(rest)} more`] : [])].join("; ");
}

/** All that a row says beside its name, for whoever hears it. */
export function rowInWords(entity: TreeEntity, times: Times, failures: readonly Failure[], now: number): string {
  const parts = ["", entity.type, stateInWords(entity), timesInWords(times, now)];
  const trouble = [failures.length > 0 ? failuresInWords(failures) : (entity.error_message ?? "")];
  if (entity.problem) trouble.push(entity.problem.detail);
  return [parts.join(", "), ...trouble].filter(Boolean).join(". ");
}

function exactly(times: Times): string[] {
  if (times.kind === "none") return [times.why];
  if (times.kind === "moment") return ["start not given", `last changed ${formatExact(times.at)}`];
  const until = times.goesOn ? "going on" : `to ${formatExact(times.to)}`;
  return [`from ${formatExact(times.from)}`, until, tookInWords(times)];
}

/** The same with the exact times, for whoever points at a bar. */
export function barInWords(entity: TreeEntity, times: Times): string {
  const { error_message: message, problem } = entity;
  const lines = [
    `${labelOf(entity)}: ${stateInWords(entity)}`,
    ...exactly(times),
    message ?? "",
    problem?.detail ?? "",
  ];
  return lines.filter(Boolean).join("\n");
}

/** What a mark of failures says, for whoever points at it. */
export function markInWords(failures: readonly Failure[]): string {
  const first = failures[0];
  return first ? `${failuresInWords(failures)}\n${formatExact(first.at)}` : "";
}

/** The name of the whole, for assistive technology. */
export function timelineName(release: Hierarchy): string {
  return `When each part of ${labelOf(release)} was worked on`;
}
