// Made once: to make one anew takes longer than all else that a roll-up takes to be drawn.
const COUNTS = new Intl.NumberFormat("en");

/** "15,000" */
export function formatCount(count: number): string {
  return COUNTS.format(count);
}
