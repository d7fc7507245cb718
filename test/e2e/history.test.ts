import { expect, it } from "vitest";
import { One } from "../fixtures/api.ts";
import { until } from "../fixtures/executions.ts";
import { startService } from "../fixtures/service.ts";
import { hold, workerSeven } from "../fixtures/worker-seven.ts";

const { api } = await startService({ WORKER: "off" });

const { scheduled } = workerSeven(api);

/** Once the stream has brought all of it. */
const wholeHistory = (id: number) =>
  until(
    () => api.history(id),
    ({ complete }) => complete,
  );

const linesOf = ({ data }: Awaited<ReturnType<typeof wholeHistory>>) =>
  data.map(({ from, to, owner, worker, attempt, version, reason }) => [
    ...[version, from, to, owner, worker, attempt],
    reason,
  ]);

const handedOff = [
  [1, null, "requested", "executor", null, 0, null],
  [2, "requested", "scheduling", "executor", null, 0, null],
  [3, "scheduling", "scheduled", "worker", null, 1, null],
];

it("tells of each change of an execution, and how long it was in each status", async () => {
  const id = await scheduled();
  await api.post(`/${id}/claim`, hold);
  await api.post(`/${id}/heartbeat`, hold);
  await api.post(`/${id}/finish`, { ...hold, status: "failed", result: { error: "No route" } });
  const history = await wholeHistory(id);
  expect(linesOf(history)).toEqual([
    ...handedOff,
    [4, "scheduled", "running", "worker", 7, 1, null],
    [5, "running", "failed", "worker", 7, 1, "No route"],
  ]);
  const { created, updated } = await api.get(id);
  expect(history.data.at(0)?.at).toBe(created);
  expect(history.data.at(-1)).toMatchObject({ at: updated, seconds: null });
  const lasted = Object.values(history.durations).reduce((sum, seconds) => sum + seconds);
  expect(lasted).toBeCloseTo((Date.parse(updated) - Date.parse(created)) / 1_000);
  expect(Object.keys(history.durations)).toEqual([
    ...["requested", "scheduling", "scheduled", "running"],
  ]);
});

it("has the first change and the last at once, and a request for a cancel in its place", async () => {
  const id = await scheduled();
  await api.post(`/${id}/claim`, hold);
  const { data } = await api.history(id);
  expect(data.at(0)).toMatchObject({ from: null, to: "requested" });
  expect(data.at(-1)).toMatchObject({ to: "running", worker: 7, seconds: null });
  await api.post(`/${id}/heartbeat`, hold);
  await api.post(`/${id}/cancel`, "");
  const running = [4, "scheduled", "running", "worker", 7, 1, null];
  const requested = [4, "running", "running", "worker", 7, 1, "A cancel was requested"];
  expect(linesOf(await wholeHistory(id))).toEqual([...handedOff, running, requested]);
  await api.post(`/${id}/finish`, { ...hold, status: "cancelled", result: null });
  expect(linesOf(await wholeHistory(id))).toEqual([
    ...[...handedOff, running, requested],
    [5, "running", "canceling", "worker", 7, 1, null],
    [6, "canceling", "cancelled", "worker", 7, 1, null],
  ]);
});

it("names the execution that a new try is of", async () => {
  const id = await scheduled();
  await api.post(`/${id}/claim`, hold);
  await api.post(`/${id}/finish`, { ...hold, status: "failed", result: null });
  const { json } = await api.post(`/${id}/retry`, "");
  const { data } = await api.history(One.parse(json).data.id);
  expect(data.at(0)?.reason).toBe(`A new try of execution ${id}`);
});

it("finds nothing where there is nothing", async () => {
  expect(await api.error("/api/v1/executions/999/history")).toMatchObject({
    status: 404,
    body: { error: "Execution with ID 999 not found" },
  });
  const beyond = await api.error(`/api/v1/executions/${10n ** 20n}/history`);
  expect(beyond.status).toBe(404);
  expect((await api.error("/api/v1/executions/x/history")).status).toBe(400);
});
