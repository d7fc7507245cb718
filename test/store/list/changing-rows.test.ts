import type { Store } from "@attune/store/store";
import { finish } from "@attune/store/transitions";
import { BatchGetCommand, QueryCommand } from "@aws-sdk/lib-dynamodb";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import * as z from "zod";
import { worker } from "../../../bench/executions.ts";
import { mix, PER_PAGE, startPast } from "./past.ts";

const Entries = z.object({ Items: z.array(z.looseObject({ id: z.number() })) });

describe.each([1, 4])(
  "rows that change while they are read, or that the index does not have yet, in %i shards",
  (shards) => {
    let past: Awaited<ReturnType<typeof startPast>>;
    let behind: Store;
    let store: Store;
    beforeAll(async () => {
      past = await startPast(shards);
      ({ behind, store } = past);
    });
    afterAll(() => past.stop());

    /** A store whose calls are looked at before they are made, and their answers changed. */
    const watched = (
      isWanted: (command: unknown) => boolean,
      meanwhile: () => Promise<unknown>,
      change: (answer: object) => object = (answer) => answer,
    ): Store => {
      let isDone = false;
      const send = async (command: Parameters<Store["client"]["send"]>[0]) => {
        if (!isWanted(command)) return store.client.send(command);
        if (!isDone) await meanwhile();
        isDone = true;
        return change(await store.client.send(command));
      };
      return { ...store, client: Object.assign(Object.create(store.client), { send }) };
    };
    const isOfStatus = (command: unknown) =>
      command instanceof QueryCommand && command.input.IndexName === "by_status";
    const isOfItems = (command: unknown) =>
      command instanceof BatchGetCommand && "Executions" in (command.input.RequestItems ?? {});

    it.each([
      ["before the final statuses are read", 10, isOfStatus],
      ["after it", 11, isOfItems],
    ] as const)("ended %s", async (_, daysAgo, isWanted) => {
      const ids = await past.fill(daysAgo, mix(0, 1));
      const [running = 0] = ids;
      const through = watched(isWanted, () =>
        finish(behind, { id: running, worker, attempt: 1 }, "completed", "null"),
      );
      const { page } = await past.costOfPage(past.request(daysAgo), 1, through);
      expect(page.rows[0]).toMatchObject({ id: running, status: "completed" });
      await past.expectRows(page, ids.slice(0, PER_PAGE));
    });

    it("is missing from its index", async () => {
      const ids = await past.fill(12, mix(0, 0));
      const late = new Set(ids.slice(3, 7));
      const through = watched(
        isOfStatus,
        async () => {},
        (answer) => {
          const { Items } = Entries.parse(answer);
          return { ...answer, Items: Items.filter(({ id }) => !late.has(id)) };
        },
      );
      const { page, units } = await past.costOfPage(past.request(12), 1, through);
      await past.expectRows(page, ids.slice(0, PER_PAGE));
      expect(units).toEqual({ by_feed: 0.5 * shards, by_status: 0.5 * shards, items: 2 });
    });
  },
);
