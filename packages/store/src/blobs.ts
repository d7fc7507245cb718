/**
 * Objects in S3 that are kept once an execution refers to them, and expire where none ever does: whoever
 * writes one may die, or lose its race, before it is referred to. See docs/adr/0008-large-payloads.md.
 */
import type { S3, S3Answer, S3Request } from "./s3.ts";

export interface Blobs {
  /** Writes an object that expires, unless it is kept. The text under a key is always the same. */
  put(key: string, text: string): Promise<void>;
  /** `undefined` where there is none. */
  get(key: string): Promise<string | undefined>;
  /**
   * Keeps an object for good; again is no harm.
   *
   * @throws Error when it is not there
   */
  keep(key: string): Promise<void>;
  /** Writes lines of a log, which stay for as long as the stage keeps logs. */
  putLog(key: string, text: string): Promise<void>;
  /** `undefined` where there are none. */
  getLog(key: string): Promise<string | undefined>;
}

/** The folders of the bucket. What is pending expires: `buckets` in packages/topology says when. */
const pending = (key: string) => `pending/${key}`;
const kept = (key: string) => `kept/${key}`;
const ofLogs = (key: string) => `logs/${key}`;

/** @param bucket its physical name, asked for when it is first needed */
export function createBlobs(s3: S3, bucket: () => string): Blobs {
  async function send(request: Omit<S3Request, "bucket">, expected: readonly number[]) {
    const answer = await s3({ ...request, bucket: bucket() });
    if (!expected.includes(answer.status)) throw refusal(request, answer);
    return answer;
  }

  async function read(key: string): Promise<string | undefined> {
    const { status, text } = await send({ method: "GET", key }, [200, 404]);
    return status === 200 ? text : undefined;
  }

  async function write(key: string, body: string): Promise<void> {
    const headers = { "content-type": "application/json" };
    await send({ method: "PUT", key, headers, body }, [200]);
  }

  return {
    put: (key, text) => write(pending(key), text),
    putLog: (key, text) => write(ofLogs(key), text),
    getLog: (key) => read(ofLogs(key)),
    get: async (key) => (await read(kept(key))) ?? (await read(pending(key))),
    async keep(key) {
      const known = await send({ method: "HEAD", key: kept(key) }, [200, 404]);
      if (known.status === 200) return;
      const headers = { "x-amz-copy-source": `/${bucket()}/${pending(key)}` };
      const request = { method: "PUT", key: kept(key), headers } as const;
      const answer = await send(request, [200]);
      // A copy that fails on the way is answered with 200 and an error in its body.
      if (!answer.text.includes("<CopyObjectResult")) throw refusal(request, answer);
    },
  };
}

function refusal({ method, key }: Omit<S3Request, "bucket">, { status, text }: S3Answer) {
  return new Error(`S3 refused ${method} ${key} with ${status}`, { cause: text });
}
