import type { HeldBy, Release } from "../api/types";
import { isPhase } from "../phase";
import { isRunStatus } from "../run-status";
import { type Fields, isFields, isTextOrNull } from "./frames";

// What pages rely on without looking: a body that lacks it would take the whole page down when it is drawn.
const TEXTS = ["name", "state", "reported_state", "error_message", "created_at", "updated_at"] as const;
const HOLD_UPS: readonly unknown[] = ["failed", "active", "waiting"] satisfies HeldBy["kind"][];

function isText(value: unknown): value is string {
  return typeof value === "string";
}

function isProblem(value: unknown): boolean {
  return value === null || (isFields(value) && isText(value.code) && isText(value.detail));
}

function isRollup(value: unknown): boolean {
  return value === null || (isFields(value) && Object.values(value).every(Number.isFinite));
}

/** Only releases and waves have one. */
function isHeldBy(value: unknown): boolean {
  if (value === null || value === undefined) return true;
  if (!isFields(value)) return false;
  const { kind, path, names, state, message, since } = value;
  const isNamed = isText(path) && Array.isArray(names) && names.every(isText);
  return HOLD_UPS.includes(kind) && isNamed && [state, message, since].every(isTextOrNull);
}

function isStandsAt(value: unknown): boolean {
  if (value === null || value === undefined) return true;
  return isFields(value) && Number.isSafeInteger(value.wave) && Number.isSafeInteger(value.of);
}

/** Whether a value is an entity as the API's document has it, its children aside. */
export function isEntity(value: unknown): value is Fields {
  if (!isFields(value)) return false;
  const { id, path, phase, problem, rollup, held_by, stands_at } = value;
  const isNamed = isText(id) && id !== "" && isText(path);
  const isRead = isText(phase) && isPhase(phase) && isProblem(problem) && isRollup(rollup);
  const isStanding = isHeldBy(held_by) && isStandsAt(stands_at);
  return isNamed && isRead && isStanding && TEXTS.every((field) => isTextOrNull(value[field]));
}

export function isRelease(value: unknown): value is Fields & Release {
  if (!isEntity(value)) return false;
  const { status, started_at, ended_at } = value;
  return isText(status) && isRunStatus(status) && isTextOrNull(started_at) && isTextOrNull(ended_at);
}
