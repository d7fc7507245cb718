import { readRecord } from "@attune/store/read-execution";
import { functions, type Lambda } from "@attune/topology/functions";
import { afterAll, beforeAll, expect, it } from "vitest";
import { change } from "./permissions/change.ts";
import { abandon, sendRequests, takeRoutes } from "./permissions/request.ts";
import { watch } from "./permissions/watch.ts";
import { startWorld, type World } from "./permissions/world.ts";

let world: World;

beforeAll(async () => {
  world = await startWorld();
  const done = await takeRoutes(world);
  await sendRequests(world, done);
  const record = await readRecord(world.direct, done);
  if (record === undefined) throw new Error("There is no execution");
  await change(world, record);
  await watch(world, record);
  await abandon(world);
}, 120_000);
afterAll(() => world.stop());

it.each(Object.entries<Lambda>(functions))(
  "%s asks of tables what its role allows, and all of it",
  (name, lambda) => {
    const allowed = Object.entries(lambda.tables).flatMap(([table, actions]) =>
      actions.map((action) => `${action} ${table}`),
    );
    expect([...(world.asked.get(name) ?? [])].toSorted()).toEqual(allowed.toSorted());
  },
);
