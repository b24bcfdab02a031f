import type { UserEvent } from "@testing-library/user-event";

/** Clicks the arrow of a branch, which is all that stands before its name: in jsdom, that has its place at 0. */
export function clickArrow(user: UserEvent, line: HTMLElement): Promise<unknown> {
  return user.pointer({ keys: "[MouseLeft]", target: line, coords: { clientX: -1 } });
}
