/** The executions that are measured on: the same ones each time. */
import type { Past } from "../../scripts/seed/population.ts";
import { HOUR_MS } from "../../scripts/seed/rhythm.ts";

export const counts = [1_000, 10_000, 100_000, 1_000_000] as const;

export const MONTHS = 3;
export const SEED = 1;
export const UNTIL = Date.UTC(2026, 10, 1);

export const pastOf = (count: number): Past => ({
  count,
  seed: SEED,
  since: UNTIL - MONTHS * 30 * 24 * HOUR_MS,
  until: UNTIL,
});
