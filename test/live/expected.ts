/** What was there to be told, by what the streams of the tables have kept. */
import type { LiveEvent, LiveFilter } from "@attune/client/live";
import * as z from "zod";
import { readChanges } from "../fixtures/changes.ts";

const Facts = z.object({
  action_ref: z.string(),
  parent: z.int().nullish(),
  enforcement: z.int().nullish(),
});
const Image = Facts.extend({ id: z.int(), version: z.int(), status: z.string() });
const Chunk = Facts.extend({ execution: z.int(), seq: z.int(), last: z.int() });

/** Something that happened. */
export interface Happening {
  /** What filters look at. Lines of logs have no status. */
  readonly about: z.infer<typeof Facts> & { id: number; status?: string };
  readonly line: string;
}

/** One line for a change of status, and one for a line of a log: `<of what> <the how manyth>`, and what it is. */
const changeLine = (id: number, version: number, from: string | undefined, to: string) =>
  `${id} ${version} ${from ?? "created"} ${to}`;
const logLine = (execution: number, seq: number) => `${execution}:log ${seq}`;

/** Creations, changes of status and lines of logs; those of an execution, and of its log, oldest first. */
export async function readHappenings(dynamodb: string): Promise<Happening[]> {
  const happenings: Happening[] = [];
  for await (const { before, after } of readChanges(dynamodb)) {
    const about = Image.parse(after);
    const { id, version, status } = about;
    const previous = before === undefined ? undefined : Image.parse(before).status;
    if (previous !== status)
      happenings.push({ about, line: changeLine(id, version, previous, status) });
  }
  for await (const { after } of readChanges(dynamodb, "Logs")) {
    const { execution: id, seq, last, ...facts } = Chunk.parse(after);
    for (let at = seq; at <= last; at++)
      happenings.push({ about: { id, ...facts }, line: logLine(id, at) });
  }
  return happenings;
}

const meanings: Record<keyof LiveFilter, (about: Happening["about"]) => unknown> = {
  execution: ({ id }) => id,
  parent: ({ parent }) => parent,
  enforcement: ({ enforcement }) => enforcement,
  action_ref: ({ action_ref }) => action_ref,
  pack_name: ({ action_ref }) => action_ref.split(".")[0],
  status: ({ status }) => status,
};

export const meets = (filter: LiveFilter, { about }: Happening): boolean =>
  Object.entries(meanings).every(([name, factOf]) => {
    const wanted = new Map<string, unknown>(Object.entries(filter)).get(name);
    return wanted === undefined || wanted === factOf(about);
  });

/** The lines of what an event tells. */
export function linesOf(event: LiveEvent): string[] {
  switch (event.type) {
    case "execution.created":
      return [changeLine(event.data.id, event.version, undefined, event.data.status)];
    case "execution.status_changed":
      return [changeLine(event.data.id, event.version, event.previous_status, event.data.status)];
    case "execution.log":
      return event.lines.map(({ seq }) => logLine(event.execution_id, seq));
    default:
      return [];
  }
}
