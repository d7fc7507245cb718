import type { RequestListener } from "node:http";
import { ensureResources } from "@attune/local/resources";
import { createBlobs } from "@attune/store/blobs";
import {
  bytesOf,
  keepBlobs,
  loadPayloads,
  MAX_BYTES,
  type Payload,
  savePayload,
} from "@attune/store/payloads";
import { createS3, s3SettingsOf } from "@attune/store/s3";
import type { Store } from "@attune/store/store";
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from "vitest";
import { type Engines, startEngines } from "../fixtures/engines.ts";
import { serveLoopback } from "../fixtures/loopback.ts";
import { storeAt } from "../fixtures/store.ts";

let engines: Engines;
let store: Store;
beforeAll(async () => {
  engines = await startEngines();
  await ensureResources(engines);
  store = storeAt(engines.dynamodb, engines.sqs);
});
afterAll(async () => {
  store.client.destroy();
  await engines.stop();
});

let drawn = 0;
const save = (text: string, to = store) => savePayload(to, ++drawn, "config", text);
const textOf = (bytes: number, filler = "é") => {
  const rest = bytes - 2;
  const size = Buffer.byteLength(filler);
  return `"${filler.repeat(Math.floor(rest / size))}${"x".repeat(rest % size)}"`;
};
const keyOf = (payload: Payload) => ("object" in payload ? payload.object : "none");
const objectAt = (folder: string, payload: Payload, method = "HEAD") =>
  fetch(`${engines.sqs}/blobs/${folder}/${keyOf(payload)}`, { method });

/** What the bucket's lifecycle does after some days. */
const expire = async (payload: Payload) => void (await objectAt("pending", payload, "DELETE"));

/** An S3 that answers as a test says; gives the store on it. */
async function storeOn(answer: RequestListener) {
  const s3 = await serveLoopback(answer);
  onTestFinished(s3.stop);
  return storeAt(engines.dynamodb, s3.url);
}

describe("a payload", () => {
  it.each([
    ["text", 512],
    ["ref", 513],
    ["ref", 390_000],
    ["object", 390_001],
    ["object", MAX_BYTES],
  ])("is a %s of %i bytes, and comes back to the letter", async (where, bytes) => {
    const text = textOf(bytes);
    const payload = await save(text);
    expect(payload).toHaveProperty(where);
    expect(bytesOf(payload)).toBe(bytes);
    const [loaded] = await loadPayloads(store, [payload]);
    // Not toBe: a difference in 5 MB is no message to read.
    expect(loaded === text).toBe(true);
  });

  it("is refused in a clear sentence one byte above 5 MB", async () => {
    const error = await save(textOf(MAX_BYTES + 1)).catch((caught: unknown) => caught);
    expect(error).toMatchObject({
      status: 413,
      message: "The config has 5242881 bytes of JSON, and at most 5242880 (5 MB) are kept",
    });
  });

  it("comes back in its order among others, one that is missing as null, two of one key twice", async () => {
    const texts = [textOf(400_000), "1", textOf(600, "a"), textOf(400_001), textOf(400_000)];
    const payloads = await Promise.all(texts.map((text) => savePayload(store, 1, "result", text)));
    const loaded = await loadPayloads(store, [undefined, ...payloads]);
    expect(loaded.map((text, at) => text === (at === 0 ? null : texts[at - 1]))).toEqual(
      Array(6).fill(true),
    );
  });
});

describe("an object", () => {
  it("expires where nobody keeps it, and then is missing", async () => {
    const payload = await save(textOf(400_000));
    await expire(payload);
    await expect(loadPayloads(store, [payload])).rejects.toThrow(`${keyOf(payload)} is missing`);
    await expect(keepBlobs(store, [payload])).rejects.toThrow("S3 refused PUT kept/");
  });

  it("stays once it is kept, however often, and whoever writes it again", async () => {
    const text = textOf(400_000);
    const payload = await savePayload(store, 7, "result", text);
    expect((await objectAt("kept", payload)).status).toBe(404);
    await keepBlobs(store, [undefined, { text: "1" }, payload, payload]);
    await keepBlobs(store, [payload]);
    expect(await savePayload(store, 7, "result", text)).toEqual(payload);
    await expire(payload);
    await keepBlobs(store, [payload]);
    expect((await loadPayloads(store, [payload]))[0] === text).toBe(true);
  });

  it("of one execution, kind and text has one key, and of another text another", async () => {
    const [one, same, other] = await Promise.all(
      [textOf(400_000), textOf(400_000), textOf(400_000, "a")].map((text) =>
        savePayload(store, 8, "config", text),
      ),
    );
    expect(same).toEqual(one);
    expect(other).not.toEqual(one);
    expect(keyOf(one ?? { text: "" })).toMatch(/^8\/config\/[\w-]{22}$/);
  });

  it("is loaded beside few others at a time", async () => {
    let now = 0;
    let most = 0;
    const counting: Store = {
      ...store,
      blobs: {
        ...store.blobs,
        async get(key) {
          most = Math.max(most, ++now);
          await new Promise(setImmediate);
          now--;
          return key;
        },
      },
    };
    const payloads = Array.from({ length: 30 }, (_, at) => ({ object: `${at}`, bytes: 400_000 }));
    expect(await loadPayloads(counting, payloads)).toEqual(payloads.map(({ object }) => object));
    expect(most).toBe(8);
  });
});

describe("S3", () => {
  it("is tried three times while it fails, and may succeed", async () => {
    const statuses = [503, 500, 200];
    const seen: (string | undefined)[] = [];
    const failing = await storeOn((request, response) => {
      seen.push(request.headers.authorization);
      request.resume().on("end", () => response.writeHead(statuses.shift() ?? 500).end());
    });
    await save(textOf(400_000), failing);
    expect(seen).toHaveLength(3);
    expect(seen[0]).toMatch(/^AWS4-HMAC-SHA256 Credential=local\/\d{8}\/us-east-1\/s3\//);
  });

  it("that stays away is 503 with its reason as the cause", async () => {
    let tries = 0;
    const failing = await storeOn((request, response) => {
      tries++;
      request.resume().on("end", () => response.writeHead(503).end("<Code>SlowDown</Code>"));
    });
    const error = await save(textOf(400_000), failing).catch((caught: unknown) => caught);
    expect(error).toMatchObject({
      status: 503,
      cause: { message: "S3 answered 503", cause: "<Code>SlowDown</Code>" },
    });
    expect(tries).toBe(3);
    const gone = storeAt(engines.dynamodb, "http://127.0.0.1:9");
    await expect(save(textOf(400_000), gone)).rejects.toMatchObject({ status: 503 });
  });

  it("that refuses is asked once, and its answer is the cause", async () => {
    let tries = 0;
    const refusing = await storeOn((request, response) => {
      tries++;
      request.resume().on("end", () => response.writeHead(403).end("<Code>AccessDenied</Code>"));
    });
    await expect(save(textOf(400_000), refusing)).rejects.toMatchObject({
      message: expect.stringMatching(/^S3 refused PUT pending\/\d+\/config\/\S+ with 403$/),
      cause: "<Code>AccessDenied</Code>",
    });
    expect(tries).toBe(1);
  });

  it("that copies with 200 and an error has not kept it", async () => {
    const halfway = await storeOn((request, response) =>
      response
        .writeHead(request.method === "HEAD" ? 404 : 200)
        .end("<Error><Code>InternalError</Code></Error>"),
    );
    await expect(keepBlobs(halfway, [{ object: "1/config/x", bytes: 1 }])).rejects.toMatchObject({
      cause: "<Error><Code>InternalError</Code></Error>",
    });
  });

  it("is addressed as AWS has it where no endpoint is set, with the session's token", async () => {
    const { fetch } = globalThis;
    onTestFinished(() => void Object.assign(globalThis, { fetch }));
    const requests: Request[] = [];
    Object.assign(globalThis, {
      fetch: async (request: Request) => {
        requests.push(request);
        return new Response("text");
      },
    });
    const settings = s3SettingsOf({
      AWS_REGION: "eu-west-1",
      AWS_ACCESS_KEY_ID: "id",
      AWS_SECRET_ACCESS_KEY: "secret",
      AWS_SESSION_TOKEN: "token",
    });
    await createBlobs(createS3(settings), () => "bucket").get("1/config/x");
    expect(requests[0]?.url).toBe("https://bucket.s3.eu-west-1.amazonaws.com/kept/1/config/x");
    expect(requests[0]?.headers.get("x-amz-security-token")).toBe("token");
  });
});
