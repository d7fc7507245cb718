/** How many executions are requested in each hour: fewer at night and at weekends, more from month to month. */

export const HOUR_MS = 3_600_000;

/** Share of the busiest hour, by hour of the day (UTC); at two the nightly jobs run. */
const byHour = [
  0.2, 0.2, 0.7, 0.3, 0.2, 0.25, 0.4, 0.6, 0.9, 1, 1, 0.95, 0.85, 0.95, 1, 1, 0.9, 0.75, 0.55, 0.45,
  0.4, 0.35, 0.3, 0.25,
] as const;
const WEEKEND = 0.35;
/** The last hour has so much more than the first. */
const GROWTH = 0.5;

function weightOf(hour: number, hours: number, since: number): number {
  const at = new Date(since + hour * HOUR_MS);
  const isWeekend = at.getUTCDay() % 6 === 0;
  const ofDay = byHour[at.getUTCHours()] ?? 0;
  return ofDay * (isWeekend ? WEEKEND : 1) * (1 + (GROWTH * hour) / hours);
}

/**
 * Spreads `count` over the hours from `since` to `until` (Unix ms, whole hours apart): hour by hour, how
 * many there are up to its end. The last one is `count`.
 */
export function cumulativeByHour(count: number, since: number, until: number): number[] {
  const hours = Math.round((until - since) / HOUR_MS);
  let sum = 0;
  const sums = Array.from({ length: hours }, (_, hour) => {
    sum += weightOf(hour, hours, since);
    return sum;
  });
  return sums.map((upTo) => Math.round((count * upTo) / sum));
}
