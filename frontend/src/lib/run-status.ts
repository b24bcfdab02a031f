import type { RunStatus } from "./api/types";

/** How Temporal says that a run stands, in the words of its own UI. */
export const RUN_STATUS_WORDS: Record<RunStatus, string> = {
  RUNNING: "Running",
  PAUSED: "Paused",
  COMPLETED: "Completed",
  FAILED: "Failed",
  CANCELED: "Canceled",
  TERMINATED: "Terminated",
  TIMED_OUT: "Timed out",
};

export const RUN_STATUSES = Object.keys(RUN_STATUS_WORDS) as RunStatus[];

export function isRunStatus(text: string): text is RunStatus {
  return Object.hasOwn(RUN_STATUS_WORDS, text);
}

/** A paused run goes on some day. */
export function hasRunEnded(status: RunStatus): boolean {
  return status !== "RUNNING" && status !== "PAUSED";
}
