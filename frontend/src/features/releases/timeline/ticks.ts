import type { Stretch } from "./zoom";

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const MONTH = 30 * DAY;
const YEAR = 365 * DAY;

export interface Tick {
  /** Milliseconds since the epoch. */
  at: number;
  label: string;
  /** Whether a larger unit begins here than the ticks otherwise tell of: a day among hours. */
  isMajor: boolean;
}

/** The widest label, with room around it, in CSS pixels. */
const ROOM_PX = 84;
/** However wide a screen is: more lines tell nothing. */
const MAX_TICKS = 40;

/** A distance between ticks, in the reader's own calendar: hours and days are not all equally long there. */
interface Step {
  about: number;
  /** The last tick at or before a moment. */
  floor: (moment: number) => number;
  /** The tick after a tick. */
  next: (tick: number) => number;
  format: Intl.DateTimeFormat;
}

const SECONDS = new Intl.DateTimeFormat("en-GB", { hour: "2-digit", minute: "2-digit", second: "2-digit" });
const MINUTES = new Intl.DateTimeFormat("en-GB", { hour: "2-digit", minute: "2-digit" });
const DAYS = new Intl.DateTimeFormat("en-GB", { day: "numeric", month: "short" });
const MONTHS = new Intl.DateTimeFormat("en-GB", { month: "short", year: "numeric" });
const YEARS = new Intl.DateTimeFormat("en-GB", { year: "numeric" });

/** Seconds and minutes: the same length everywhere, but counted from the reader's hour, which need not be UTC's. */
function clockStep(about: number, format: Intl.DateTimeFormat): Step {
  return {
    about,
    floor: (moment) => {
      const hour = new Date(moment).setMinutes(0, 0, 0);
      return hour + Math.floor((moment - hour) / about) * about;
    },
    next: (tick) => tick + about,
    format,
  };
}

function hourStep(count: number): Step {
  const floor = (moment: number) => {
    const date = new Date(moment);
    return date.setHours(Math.floor(date.getHours() / count) * count, 0, 0, 0);
  };
  return {
    about: count * HOUR,
    floor,
    // By the clock's face, not by its running: an hour is skipped, or comes twice, when clocks are changed.
    next: (tick) => {
      const date = new Date(tick);
      return floor(date.setHours(date.getHours() + count));
    },
    format: MINUTES,
  };
}

/** Of days, weeks, months and years: whatever `indexOf` counts, `count` at a time. */
function calendarStep(
  about: number,
  count: number,
  format: Intl.DateTimeFormat,
  [indexOf, at]: readonly [(date: Date) => number, (index: number) => Date],
): Step {
  const floored = (moment: number) => Math.floor(indexOf(new Date(moment)) / count) * count;
  return {
    about: about * count,
    floor: (moment) => at(floored(moment)).getTime(),
    next: (tick) => at(floored(tick) + count).getTime(),
    format,
  };
}

// Counted from a Monday, so that steps of seven are weeks.
const MONDAY_MS = 4 * DAY;
const BY_DAY = [
  (date: Date) => (Date.UTC(date.getFullYear(), date.getMonth(), date.getDate()) - MONDAY_MS) / DAY,
  (index: number) => new Date(1970, 0, 5 + index),
] as const;
const BY_MONTH = [
  (date: Date) => date.getFullYear() * 12 + date.getMonth(),
  (index: number) => new Date(Math.floor(index / 12), index % 12, 1),
] as const;

const BY_YEAR = [(date: Date) => date.getFullYear(), (index: number) => new Date(index, 0, 1)] as const;

const STEPS: readonly Step[] = [
  ...[1, 2, 5, 10, 15, 30].map((count) => clockStep(count * SECOND, SECONDS)),
  ...[1, 2, 5, 10, 15, 30].map((count) => clockStep(count * MINUTE, MINUTES)),
  ...[1, 2, 3, 6, 12].map(hourStep),
  ...[1, 2, 7].map((count) => calendarStep(DAY, count, DAYS, BY_DAY)),
  ...[1, 3, 6].map((count) => calendarStep(MONTH, count, MONTHS, BY_MONTH)),
  ...[1, 2, 5, 10, 25, 100].map((count) => calendarStep(YEAR, count, YEARS, BY_YEAR)),
];

function stepFor({ from, to }: Stretch, width: number): Step {
  const room = (Math.max(ROOM_PX, width / MAX_TICKS) * (to - from)) / Math.max(width, 1);
  return STEPS.find(({ about }) => about >= room) ?? (STEPS.at(-1) as Step);
}

function isMidnight(moment: number): boolean {
  const date = new Date(moment);
  return date.getHours() === 0 && date.getMinutes() === 0 && date.getSeconds() === 0;
}

/** The ticks of an axis that is `width` CSS pixels wide, in the reader's zone. */
export function ticksOf(stretch: Stretch, width: number): Tick[] {
  const step = stepFor(stretch, width);
  const ticks: Tick[] = [];
  for (let at = step.floor(stretch.from); at <= stretch.to; at = step.next(at)) {
    if (at < stretch.from) continue;
    const isMajor = step.about < DAY && isMidnight(at);
    ticks.push({ at, label: (isMajor ? DAYS : step.format).format(at), isMajor });
  }
  return ticks;
}

const DATES = new Intl.DateTimeFormat("en-GB", { day: "numeric", month: "short", year: "numeric" });
const ZONE = new Intl.DateTimeFormat("en-GB", { timeZoneName: "short" });

/** "22 Nov 2025" or "22 – 24 Nov 2025", and the zone: what the axis' times of day belong to. */
export function datesOf({ from, to }: Stretch): string {
  const zone = ZONE.formatToParts(to).find(({ type }) => type === "timeZoneName")?.value ?? "";
  return `${DATES.formatRange(from, to)} ${zone}`.trim();
}

const CLOCK = new Intl.DateTimeFormat("en-GB", { timeStyle: "medium" });
const UTC_CLOCK = new Intl.DateTimeFormat("en-GB", { timeStyle: "medium", timeZone: "UTC" });

/** "11:00:00 · 10:00:00 UTC", or the one where both are the same: what stands below the pointer. */
export function timeBelow(moment: number): string {
  const local = CLOCK.format(moment);
  const utc = UTC_CLOCK.format(moment);
  return local === utc ? `${utc} UTC` : `${local} · ${utc} UTC`;
}
