import { formatCount } from "@/lib/numbers";

// Enough to read; who needs more is led to the whole of it.
const MAX_DEPTH = 6;
const MAX_MEMBERS = 50;
const MAX_STRING = 500;
const MAX_TEXT = 4_000;

function cut(text: string, max: number): string {
  return text.length > max ? `${text.slice(0, max)}…` : text;
}

function left(count: number): string {
  return `… ${formatCount(count - MAX_MEMBERS)} more`;
}

/** The same without what lies too deep, or stands beyond what one reads. */
function pruned(value: unknown, depth: number): unknown {
  if (typeof value === "string") return cut(value, MAX_STRING);
  if (typeof value !== "object" || value === null) return value;
  if (depth === 0) return "…";
  if (Array.isArray(value)) {
    const members = value.slice(0, MAX_MEMBERS).map((member) => pruned(member, depth - 1));
    return value.length > MAX_MEMBERS ? [...members, left(value.length)] : members;
  }
  const members = Object.entries(value);
  const kept = members.slice(0, MAX_MEMBERS).map(([name, member]) => [name, pruned(member, depth - 1)]);
  if (members.length > MAX_MEMBERS) kept.push(["…", left(members.length)]);
  return Object.fromEntries(kept);
}

/** A value that a workflow gave, for people to read: text as it is, all else as JSON, and not more than one reads. */
export function readable(value: unknown): string {
  if (typeof value === "string") return cut(value, MAX_TEXT);
  return cut(JSON.stringify(pruned(value, MAX_DEPTH), null, 2) ?? String(value), MAX_TEXT);
}

/** The first fields that a workflow gave beyond those that are known, and how many were left out. */
export function firstFields(extra: Readonly<Record<string, unknown>>): { fields: [string, unknown][]; more: number } {
  const all = Object.entries(extra);
  return { fields: all.slice(0, MAX_MEMBERS), more: Math.max(0, all.length - MAX_MEMBERS) };
}

/** Whether a value is an address that may be made a link of. */
export function isWebAddress(value: unknown): value is string {
  return typeof value === "string" && value.length <= MAX_STRING && /^https?:\/\/[^\s"'<>]+$/i.test(value);
}
