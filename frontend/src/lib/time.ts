const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const MONTH = 30 * DAY;
const YEAR = 365 * DAY;

const UNITS: readonly [unitMs: number, label: string][] = [
  [YEAR, "y"],
  [MONTH, "mo"],
  [DAY, "d"],
  [HOUR, "h"],
  [MINUTE, "min"],
];

// Below this, "3 s ago" would change under the reader's eye without telling anything.
const JUST_NOW = 10 * SECOND;

/**
 * "just now", "40 s ago", "5 min ago", "2 d ago".
 *
 * A moment ahead of the reader's clock is "just now": server and reader rarely agree to the second.
 */
export function formatAgo(moment: number, now: number): string {
  const age = now - moment;
  if (age < JUST_NOW) return "just now";
  for (const [unitMs, label] of UNITS) {
    if (age >= unitMs) return `${Math.floor(age / unitMs)} ${label} ago`;
  }
  // Steps of five keep a page full of times calm.
  return `${Math.floor(age / (5 * SECOND)) * 5} s ago`;
}

const LOCAL = new Intl.DateTimeFormat("en-GB", {
  day: "numeric",
  month: "short",
  year: "numeric",
  hour: "2-digit",
  minute: "2-digit",
  second: "2-digit",
  timeZoneName: "short",
});

const UTC_CLOCK = new Intl.DateTimeFormat("en-GB", { dateStyle: "medium", timeStyle: "medium", timeZone: "UTC" });

const LOCAL_CLOCK = new Intl.DateTimeFormat("en-GB", { hour: "2-digit", minute: "2-digit", second: "2-digit" });

/** In the reader's zone, with UTC beside it where that is another, since colleagues and logs may live there. */
export function formatExact(moment: number): string {
  const local = LOCAL.format(moment);
  const utc = `${UTC_CLOCK.format(moment)} UTC`;
  return local === utc ? utc : `${local} · ${utc}`;
}

/** The time of day, with the date where it is not today's. */
export function formatClock(moment: number, now: number): string {
  const sameDay = new Date(moment).toDateString() === new Date(now).toDateString();
  return sameDay ? LOCAL_CLOCK.format(moment) : LOCAL.format(moment);
}

const MINUTE_CLOCK = new Intl.DateTimeFormat("en-GB", { hour: "2-digit", minute: "2-digit" });
const MINUTE_OF_YEAR = new Intl.DateTimeFormat("en-GB", {
  day: "numeric",
  month: "short",
  hour: "2-digit",
  minute: "2-digit",
});
const MINUTE_OF_ANY_YEAR = new Intl.DateTimeFormat("en-GB", { dateStyle: "medium", timeStyle: "short" });

/** To the minute, for the middle of a sentence: "14:03" of today, else "22 Nov, 14:03" or "22 Nov 2025, 14:03". */
export function formatMinute(moment: number, now: number): string {
  const [then, today] = [new Date(moment), new Date(now)];
  if (then.toDateString() === today.toDateString()) return MINUTE_CLOCK.format(moment);
  return (then.getFullYear() === today.getFullYear() ? MINUTE_OF_YEAR : MINUTE_OF_ANY_YEAR).format(moment);
}

/** Milliseconds since the epoch, or null for what is absent or no date. */
export function parseMoment(text: string | null | undefined): number | null {
  if (!text) return null;
  const moment = Date.parse(text);
  return Number.isNaN(moment) ? null : moment;
}

const DURATION_UNITS: readonly [unitMs: number, label: string][] = [
  [DAY, "d"],
  [HOUR, "h"],
  [MINUTE, "min"],
  [SECOND, "s"],
];

/** "0 s", "42 s", "3 min 20 s", "1 h 5 min", "2 d 3 h": the two units that matter. */
export function formatDuration(ms: number): string {
  const first = DURATION_UNITS.findIndex(([unitMs]) => ms >= unitMs);
  if (first === -1) return "0 s";
  let left = ms;
  const parts = DURATION_UNITS.slice(first, first + 2).map(([unitMs, label]) => {
    const count = Math.floor(left / unitMs);
    left -= count * unitMs;
    return count > 0 ? `${count} ${label}` : null;
  });
  return parts.filter((part) => part !== null).join(" ");
}

/** The length of what still goes on, in steps that let a page full of them stand calm: "40 s", "3 min", "1 h 5 min". */
export function formatCalmDuration(ms: number): string {
  const step = ms < MINUTE ? 5 * SECOND : MINUTE;
  return formatDuration(Math.floor(ms / step) * step);
}
