import { AppendAnswer, LogsAnswer } from "@attune/domain/answers";
import { describe, expect, it } from "vitest";
import { executionsPath } from "../fixtures/api.ts";
import { startService } from "../fixtures/service.ts";
import { hold, workerSeven } from "../fixtures/worker-seven.ts";
import { linesFrom } from "../store/logs/world.ts";

const { stack, api } = await startService({ WORKER: "off" });

const { scheduled, claimed, append } = workerSeven(api);

const read = async (id: number, query = "") =>
  LogsAnswer.parse(JSON.parse(await api.text(`/${id}/logs${query}`)));

const refusal = (status: number, error: string, details?: unknown) => ({
  status,
  json: { error, status, ...(details === undefined ? {} : { details }) },
});

describe("a worker", () => {
  it("appends lines, the same ones again without effect, and reads where the log goes on", async () => {
    const id = await claimed();
    for (const _ of [1, 2]) {
      const { status, json } = await append(id, linesFrom(1, 3));
      expect(status).toBe(200);
      expect(AppendAnswer.parse(json)).toEqual({ data: { next_seq: 4, truncated: false } });
    }
    expect((await append(id, linesFrom(2, 4, " again"))).json).toMatchObject({
      data: { next_seq: 6 },
    });
    expect(await read(id)).toEqual({
      data: [...linesFrom(1, 3), ...linesFrom(4, 2, " again")],
      pagination: { next_after: 5, prev_before: null, more: false, truncated: false },
    });
  });

  it("is told where lines are missing", async () => {
    const id = await claimed();
    expect(await append(id, linesFrom(3, 1))).toMatchObject(
      refusal(409, `The log of execution ${id} goes on with line 1, and not with line 3`, {
        next_seq: 1,
      }),
    );
  });

  it("is refused where the execution is not its own", async () => {
    const [waits, runs] = await Promise.all([scheduled(), claimed()]);
    expect(await append(waits, linesFrom(1, 1))).toMatchObject(
      refusal(409, `Execution ${waits} is scheduled, and claimed by no worker`, {
        status: "scheduled",
      }),
    );
    expect(await append(runs, linesFrom(1, 1), { ...hold, worker_id: 8 })).toMatchObject(
      refusal(409, `Execution ${runs} is claimed by worker 7`, { status: "running" }),
    );
    expect(await append(runs, linesFrom(1, 1), { ...hold, attempt: 2 })).toMatchObject(
      refusal(409, `Execution ${runs} is at attempt 1, so that attempt 2 is stale`, {
        status: "running",
      }),
    );
    expect(await append(999, linesFrom(1, 1))).toMatchObject(
      refusal(404, "Execution with ID 999 not found"),
    );
    expect(await read(runs)).toMatchObject({ data: [] });
  });

  it("appends the last lines after the end", async () => {
    const id = await claimed();
    await api.post(`/${id}/finish`, { ...hold, status: "completed" });
    expect(await append(id, linesFrom(1, 1))).toMatchObject({ status: 200 });
    expect(await append(id, linesFrom(1, 1), { ...hold, worker_id: 8 })).toMatchObject(
      refusal(409, `Execution ${id} is completed`, { status: "completed" }),
    );
  });

  it.each<[string, unknown, RegExp]>([
    ["no lines", [], /lines: Too small/],
    ["more than a thousand lines", linesFrom(1, 1_001), /lines: Too big/],
    ["a gap", [...linesFrom(1, 1), ...linesFrom(3, 1)], /lines: have to follow one another/],
    [
      "a line that is too long",
      linesFrom(1, 1).map((line) => ({ ...line, text: "é".repeat(8_193) })),
      /lines\.0\.text: has 16386 bytes, and at most 16384/,
    ],
    ["a time that is none", [{ ...linesFrom(1, 1)[0], time: "now" }], /lines\.0\.time: Invalid/],
    ["another stream", [{ ...linesFrom(1, 1)[0], stream: "stdin" }], /lines\.0\.stream: Invalid/],
    ["line 0", linesFrom(0, 1), /lines\.0\.seq: Too small/],
  ])("is told what is wrong with %s", async (_, lines, error) => {
    const { status, json } = await append(await claimed(), lines);
    expect({ status, json }).toEqual({
      status: 400,
      json: expect.objectContaining({ error: expect.stringMatching(error), status: 400 }),
    });
  });

  it("cannot send more than a mebibyte of lines at once", async () => {
    const lines = linesFrom(1, 65).map((line) => ({ ...line, text: "x".repeat(16_384) }));
    const id = await claimed();
    expect(await append(id, lines)).toMatchObject(
      refusal(413, "The lines have 1064960 bytes, and a call at most 1048576"),
    );
    expect(await append(id, lines.slice(0, 64))).toMatchObject({ status: 200 });
  });
});

describe("a reader", () => {
  const filled = claimed().then(async (id) => {
    for (const seq of [1, 11, 21]) await append(id, linesFrom(seq, 10));
    return id;
  });

  it("goes through a log page by page, in either direction", async () => {
    const id = await filled;
    expect(await read(id, "?limit=12")).toEqual({
      data: linesFrom(1, 12),
      pagination: { next_after: 12, prev_before: null, more: true, truncated: false },
    });
    expect(await read(id, "?limit=12&after=12")).toMatchObject({
      data: linesFrom(13, 12),
      pagination: { next_after: 24, prev_before: 13, more: true },
    });
    expect(await read(id, "?limit=12&after=24")).toMatchObject({
      data: linesFrom(25, 6),
      pagination: { next_after: 30, prev_before: 25, more: false },
    });
    expect(await read(id, "?limit=12&before=13")).toMatchObject({
      data: linesFrom(1, 12),
      pagination: { next_after: 12, prev_before: null, more: false },
    });
  });

  it("reads the last lines, and follows from there", async () => {
    const id = await filled;
    expect(await read(id, "?last=3")).toEqual({
      data: linesFrom(28, 3),
      pagination: { next_after: 30, prev_before: 28, more: true, truncated: false },
    });
    expect(await read(id, "?after=30")).toEqual({
      data: [],
      pagination: { next_after: 30, prev_before: 31, more: false, truncated: false },
    });
  });

  it("reads one stream", async () => {
    const { data, pagination } = await read(await filled, "?stream=stderr&limit=3");
    expect(data.map(({ seq }) => seq)).toEqual([3, 6, 9]);
    expect(pagination).toMatchObject({ next_after: 9, more: true });
    const rest = await read(await filled, "?stream=stderr&after=27");
    expect(rest.data.map(({ seq }) => seq)).toEqual([30]);
    // Those of the other stream have been looked at as well.
    expect(await read(await filled, "?stream=stdout&after=29")).toMatchObject({
      data: [],
      pagination: { next_after: 30, more: false },
    });
  });

  it("reads plain text, and finds the other pages in its links", async () => {
    const id = await filled;
    const path = `${executionsPath}/${id}/logs`;
    const asked = async (search: string, headers: Record<string, string> = {}) => {
      const answer = await fetch(`${stack.api}${path}${search}`, { headers });
      return { headers: answer.headers, text: await answer.text() };
    };
    const page = await asked("?format=text&after=2&limit=2&stream=stdout");
    expect(page.text).toBe("line 4\nline 5\n");
    expect(page.headers.get("content-type")).toBe("text/plain; charset=utf-8");
    expect(page.headers.get("x-content-type-options")).toBe("nosniff");
    expect(page.headers.get("link")).toBe(
      `<${path}?format=text&limit=2&stream=stdout&after=5>; rel="next", ` +
        `<${path}?format=text&limit=2&stream=stdout&before=3>; rel="prev"`,
    );
    expect((await asked("?last=1", { accept: "text/plain" })).text).toBe("line 30\n");
    const json = await asked("?last=1&format=json", { accept: "text/plain" });
    expect(json.headers.get("content-type")).toMatch(/^application\/json/);
  });

  it("is told that there is no such execution, and of an empty log where there is one", async () => {
    const path = (id: string) => `${executionsPath}/${id}/logs`;
    for (const id of ["999", "99999999999999999999"])
      expect(await api.error(path(id))).toMatchObject({
        status: 404,
        body: { error: `Execution with ID ${id} not found` },
      });
    expect(await read(await scheduled())).toEqual({
      data: [],
      pagination: { next_after: 0, prev_before: null, more: false, truncated: false },
    });
  });

  it.each([
    ["?after=-1", "after must be 0 or more"],
    ["?before=0", "before must be 1 or more"],
    ["?limit=0", "limit must be 1 or more"],
    ["?after=1&before=9", "Only one of after, before and last can be given"],
    ["?stream=both", "stream must be stdout or stderr"],
    ["?format=xml", "format must be json or text"],
  ])("is told what is wrong with %s", async (search, error) => {
    const answer = await api.error(`${executionsPath}/${await filled}/logs${search}`);
    expect(answer).toMatchObject({ status: 400, body: { error } });
  });
});
