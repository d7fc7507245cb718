/** What the client does wherever it runs: no part of Node in here, and answers that go through JSON. */
import { type Client, createClient } from "@attune/client/create-client";
import { WaitTimeout } from "@attune/client/errors";
import { createLive, type Live } from "@attune/client/live";

export interface Case {
  readonly run: (client: Client, live: Live) => Promise<unknown>;
  readonly expected: unknown;
}

/** Runs a case against the API at `url`, and gives what came of it as JSON. */
export async function runCase({ run }: Case, url: string): Promise<string> {
  const live = createLive({ url: `${url.replace(/^http/, "ws")}/ws` });
  return JSON.stringify(await run(createClient({ url, live }), live));
}

/** An enforcement of a case's own. */
const newEnforcement = () => Math.floor(Math.random() * 2 ** 52);

/** What a promise rejects with, as data. */
async function failureOf(promise: Promise<unknown>) {
  const error = await promise.then(
    () => new Error("It was fulfilled"),
    (reason: unknown) => reason,
  );
  return error instanceof Error ? { ...error, name: error.name, message: error.message } : error;
}

const echo = { action_ref: "core.echo", config: { channel: "#alerts", text: "Größe ☂" } };

export const cases: Readonly<Record<string, Case>> = {
  "requests an execution, and waits for its end": {
    run: async ({ executions }) => {
      const { id } = await executions.request(echo);
      const { status, result } = await executions.wait(id);
      return { status, result };
    },
    expected: { status: "completed", result: echo.config },
  },

  "reads what an action has said, page by page and line by line": {
    run: async ({ executions }) => {
      const message = "one\ntwo\nthree";
      const { id } = await executions.request({ action_ref: "core.fail", config: { message } });
      await executions.wait(id);
      const lines: string[] = [];
      for await (const { text } of executions.lines(id, { limit: 2 })) lines.push(text);
      const textsOf = async (place: Parameters<typeof executions.logs>[1]) =>
        (await executions.logs(id, place)).data.map(({ seq, text }) => `${seq} ${text}`);
      const pages = [
        { last: 1 },
        { before: 2 },
        { after: 1, limit: 1 },
        { stream: "stdout" },
      ] as const;
      return [lines, ...(await Promise.all(pages.map(textsOf)))];
    },
    expected: [["one", "two", "three"], ["3 three"], ["1 one"], ["2 two"], []],
  },

  "makes one execution of a key": {
    run: async ({ executions }) => {
      const request = { ...echo, idempotency_key: `key-${newEnforcement()}` };
      const [one, other] = [await executions.request(request), await executions.request(request)];
      return one.id === other.id;
    },
    expected: true,
  },

  "lists a page, and the next one by its cursor": {
    run: async ({ executions }) => {
      const enforcement = newEnforcement();
      const ids: number[] = [];
      for (let made = 0; made < 3; made++)
        ids.push((await executions.request({ ...echo, enforcement })).id);
      const filter = { enforcement, action_ref: ["core.echo", "core.fail"], pack_name: "core" };
      const first = await executions.list(filter, { per_page: 2, sort: "created" });
      const cursor = first.pagination.next_cursor ?? "none";
      const second = await executions.list(filter, { per_page: 2, sort: "created", cursor });
      const pages = [first, second].map(({ data }) => data.map(({ id }) => ids.indexOf(id)));
      return { pages, next: second.pagination.next_cursor };
    },
    expected: { pages: [[0, 1], [2]], next: null },
  },

  "walks a whole list, newest first unless told otherwise": {
    run: async ({ executions }) => {
      const enforcement = newEnforcement();
      const ids: number[] = [];
      for (let made = 0; made < 5; made++)
        ids.push((await executions.request({ ...echo, enforcement })).id);
      const walk = async (sort?: "created") => {
        const found: number[] = [];
        for await (const { id } of executions.all({ enforcement }, { per_page: 2, sort }))
          found.push(ids.indexOf(id));
        return found;
      };
      return [await walk(), await walk("created")];
    },
    expected: [
      [4, 3, 2, 1, 0],
      [0, 1, 2, 3, 4],
    ],
  },

  "filters by time": {
    run: async ({ executions }) => {
      const enforcement = newEnforcement();
      const { created } = await executions.request({ ...echo, enforcement });
      const from = new Date(created);
      const { data: since } = await executions.list({ enforcement, created_after: from });
      const { data: before } = await executions.list({ enforcement, created_before: created });
      return [since.length, before.length];
    },
    expected: [1, 0],
  },

  "is told of every change, and of the result": {
    run: async ({ executions }, live) => {
      const enforcement = newEnforcement();
      const told: unknown[] = [];
      for await (const event of live.events({ enforcement }, { result: true })) {
        if (event.type === "subscribed") await executions.request({ ...echo, enforcement });
        if (event.type === "execution.created") told.push(event.data.status);
        if (event.type !== "execution.status_changed") continue;
        told.push(event.data.status);
        if (event.data.status !== "completed") continue;
        told.push(event.data.result);
        break;
      }
      return told;
    },
    expected: ["requested", "scheduling", "scheduled", "running", "completed", echo.config],
  },

  "cancels an execution": {
    run: async ({ executions }) => {
      const { id } = await executions.request({
        action_ref: "core.sleep",
        config: { seconds: 3_600 },
      });
      await executions.cancel(id);
      return (await executions.wait(id)).status;
    },
    expected: "cancelled",
  },

  "reads a tree, its children and a history, and cancels all of it": {
    run: async ({ executions }) => {
      const sleep = { action_ref: "core.sleep", config: { seconds: 3_600 } };
      const root = await executions.request(sleep);
      const ids: number[] = [];
      for (let made = 0; made < 3; made++)
        ids.push((await executions.request({ ...sleep, parent: root.id })).id);
      const { data, nodes, truncated } = await executions.tree(root.id, { depth: 1, limit: 3 });
      const children: number[] = [];
      for await (const { id } of executions.allChildren(
        root.id,
        {},
        { per_page: 2, sort: "created" },
      ))
        children.push(ids.indexOf(id));
      const page = await executions.children(root.id, { action_ref: "core.fail" });
      await executions.cancel(root.id, { cascade: true });
      const ended = await Promise.all(ids.map((id) => executions.wait(id)));
      const history = await executions.history(ids[0] ?? 0);
      return {
        tree: [data.children.map(({ id }) => ids.indexOf(id)), nodes, truncated],
        ...{ children, none: page.data, ended: ended.map(({ status }) => status) },
        history: [history.data.at(0)?.to, history.data.at(-1)?.to],
      };
    },
    expected: {
      ...{ tree: [[0, 1], 3, true], children: [0, 1, 2], none: [] },
      ...{ ended: ["cancelled", "cancelled", "cancelled"], history: ["requested", "cancelled"] },
    },
  },

  "tries a failed execution again": {
    run: async ({ executions }) => {
      const { id } = await executions.request({ action_ref: "core.fail" });
      await executions.wait(id);
      const retried = await executions.retry(id);
      return [retried.id === id, retried.original_execution === id];
    },
    expected: [false, true],
  },

  counts: {
    run: async ({ executions }) => {
      const now = await executions.stats();
      const { rows } = await executions.stats({ since: new Date(0) });
      return [Object.keys(now).sort(), rows.length];
    },
    expected: [
      ["abandoned", "cancelled", "completed", "failed", "pending", "running", "timeout", "total"],
      1,
    ],
  },

  "says what the API says": {
    run: ({ executions }) => failureOf(executions.get(999)),
    expected: { name: "ApiError", message: "Execution with ID 999 not found", status: 404 },
  },

  "says why the API refuses": {
    run: async ({ executions }) => {
      const { id } = await executions.request(echo);
      await executions.wait(id);
      const failure = await failureOf(executions.cancel(id));
      return JSON.parse(JSON.stringify(failure).replaceAll(String(id), "N"));
    },
    expected: {
      name: "ApiError",
      message: "Execution N is completed, and cannot be cancelled",
      status: 409,
      details: { status: "completed" },
    },
  },

  "says that there was no answer": {
    run: () => failureOf(createClient({ url: "http://127.0.0.1:1", tries: 2 }).executions.get(1)),
    expected: { name: "NoAnswer", message: "GET /api/v1/executions/1 was not answered" },
  },

  "gives up waiting, and says what it saw last": {
    run: async ({ executions }) => {
      const { id } = await executions.request({
        action_ref: "core.sleep",
        config: { seconds: 3_600 },
      });
      const error: unknown = await executions
        .wait(id, { timeout: 1_000 })
        .catch((reason: unknown) => reason);
      await executions.cancel(id);
      if (!(error instanceof WaitTimeout)) throw error;
      return [error.execution?.id === id, error.message.replace(/\d+ is \w+/, "N is …")];
    },
    expected: [true, "Execution N is … after 1000 ms"],
  },

  "stops when its signal does, whatever it does": {
    run: async ({ executions }) => {
      const { id } = await executions.request({
        action_ref: "core.sleep",
        config: { seconds: 3_600 },
      });
      const waiting = new AbortController();
      const waited = failureOf(executions.wait(id, { signal: waiting.signal }));
      setTimeout(() => waiting.abort("waiting"), 300);
      const calling = new AbortController();
      const lost = createClient({ url: "http://127.0.0.1:1", tries: Number.POSITIVE_INFINITY });
      const called = failureOf(lost.executions.get(id, { signal: calling.signal }));
      setTimeout(() => calling.abort("calling"), 300);
      const before = failureOf(executions.list({}, { signal: AbortSignal.abort("before") }));
      const stopped = await Promise.all([waited, called, before]);
      await executions.cancel(id);
      return stopped;
    },
    expected: ["waiting", "calling", "before"],
  },
};
