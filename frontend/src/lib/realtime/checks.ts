import type { Release } from "../api/types";
import { isPhase } from "../phase";
import { isRunStatus } from "../run-status";
import { type Fields, isFields, isTextOrNull } from "./frames";

// What pages rely on without looking: a body that lacks it would take the whole page down when it is drawn.
const TEXTS = ["name", "state", "reported_state", "error_message", "created_at", "updated_at"] as const;

function isProblem(value: unknown): boolean {
  return value === null || (isFields(value) && typeof value.code === "string" && typeof value.detail === "string");
}

function isRollup(value: unknown): boolean {
  return value === null || (isFields(value) && Object.values(value).every(Number.isFinite));
}

/** Whether a value is an entity as the API's document has it, its children aside. */
export function isEntity(value: unknown): value is Fields {
  if (!isFields(value)) return false;
  const { id, path, phase, problem, rollup } = value;
  const isNamed = typeof id === "string" && id !== "" && typeof path === "string";
  const isRead = typeof phase === "string" && isPhase(phase) && isProblem(problem) && isRollup(rollup);
  return isNamed && isRead && TEXTS.every((field) => isTextOrNull(value[field]));
}

export function isRelease(value: unknown): value is Fields & Release {
  if (!isEntity(value)) return false;
  const { status, started_at, ended_at } = value;
  return typeof status === "string" && isRunStatus(status) && isTextOrNull(started_at) && isTextOrNull(ended_at);
}
