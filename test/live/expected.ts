/** What was there to be told, by the changes that the table's stream has kept. */
import type { LiveEvent, LiveFilter } from "@attune/client/live";
import * as z from "zod";
import { readChanges } from "../fixtures/changes.ts";

const Image = z.object({
  id: z.int(),
  version: z.int(),
  status: z.string(),
  action_ref: z.string(),
  parent: z.int().nullish(),
  enforcement: z.int().nullish(),
});
type Image = z.infer<typeof Image>;

export interface Change {
  readonly image: Image;
  readonly previous: string | undefined;
}

/** Creations and changes of status, oldest first. */
export async function readStatusChanges(dynamodb: string): Promise<Change[]> {
  const changes: Change[] = [];
  for await (const { before, after } of readChanges(dynamodb)) {
    const image = Image.parse(after);
    const previous = before === undefined ? undefined : Image.parse(before).status;
    if (previous !== image.status) changes.push({ image, previous });
  }
  return changes;
}

const meanings: Record<keyof LiveFilter, (image: Image) => unknown> = {
  execution: ({ id }) => id,
  parent: ({ parent }) => parent,
  enforcement: ({ enforcement }) => enforcement,
  action_ref: ({ action_ref }) => action_ref,
  pack_name: ({ action_ref }) => action_ref.split(".")[0],
  status: ({ status }) => status,
};

export const meets = (filter: LiveFilter, image: Image): boolean =>
  Object.entries(meanings).every(([name, factOf]) => {
    const wanted = new Map<string, unknown>(Object.entries(filter)).get(name);
    return wanted === undefined || wanted === factOf(image);
  });

/** One line for a change, and for the event that tells it. */
export const lineOf = ({ image, previous }: Change): string =>
  `${image.id} ${image.version} ${previous ?? "created"} ${image.status}`;

export function lineOfEvent(event: LiveEvent): string | undefined {
  switch (event.type) {
    case "execution.created":
      return `${event.data.id} ${event.version} created ${event.data.status}`;
    case "execution.status_changed":
      return `${event.data.id} ${event.version} ${event.previous_status} ${event.data.status}`;
    default:
      return undefined;
  }
}
