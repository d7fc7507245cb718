import { randomUUID } from "node:crypto";
import type { ScheduledEvent } from "aws-lambda";
import { region } from "../clients.ts";
import type { LocalFunction } from "../invoke.ts";
import { log } from "../log.ts";
import { pause } from "../retry.ts";
import { startLoop, type Trigger } from "./trigger.ts";

export interface Schedule {
  readonly name: string;
  readonly everyMinutes: number;
  readonly target: LocalFunction;
}

/** Invokes the function every so many minutes, one run at a time; a run that fails is logged. */
export function startScheduleTrigger({ name, everyMinutes, target }: Schedule): Trigger {
  return startLoop(async (signal) => {
    while (true) {
      await pause(everyMinutes * 60_000, signal);
      if (signal.aborted) return;
      await target.invoke(scheduledEvent(name)).catch((error: unknown) => {
        log(`${name} failed`, error);
      });
    }
  });
}

/** The event of https://docs.aws.amazon.com/lambda/latest/dg/with-eventbridge-scheduler.html */
export function scheduledEvent(name: string, time = new Date()): ScheduledEvent {
  return {
    version: "0",
    id: randomUUID(),
    "detail-type": "Scheduled Event",
    source: "aws.events",
    account: "000000000000",
    time: `${time.toISOString().slice(0, 19)}Z`,
    region,
    resources: [`arn:aws:events:${region}:000000000000:rule/${name}`],
    detail: {},
  };
}
