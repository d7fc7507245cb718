/** Requests to S3: signed, with a time limit, tried three times. The SDK's client would double a bundle. */
import { setTimeout as wait } from "node:timers/promises";
import { ServiceError } from "@attune/domain/errors";
import { AwsClient } from "aws4fetch";

export interface S3Settings {
  readonly region: string;
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
  /** Address of a server that takes the place of AWS. */
  readonly endpoint?: string;
}

export interface S3Request {
  readonly method: "GET" | "HEAD" | "PUT";
  readonly bucket: string;
  /** Of characters that a URL carries as they are; none: the bucket itself. */
  readonly key?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

export interface S3Answer {
  readonly status: number;
  readonly text: string;
}

export type S3 = (request: S3Request) => Promise<S3Answer>;

const TRIES = 3;
/** With its body, 5 MB at most. */
const TRY_MS = 4_000;
const FIRST_BACKOFF_MS = 100;

/** What the environment of a Lambda says, and `AWS_ENDPOINT_URL_S3`. */
export function s3SettingsOf(environment: NodeJS.ProcessEnv): S3Settings {
  const { AWS_SESSION_TOKEN, AWS_ENDPOINT_URL_S3 } = environment;
  return {
    region: environment.AWS_REGION ?? "us-east-1",
    accessKeyId: environment.AWS_ACCESS_KEY_ID ?? "",
    secretAccessKey: environment.AWS_SECRET_ACCESS_KEY ?? "",
    ...(AWS_SESSION_TOKEN ? { sessionToken: AWS_SESSION_TOKEN } : {}),
    ...(AWS_ENDPOINT_URL_S3 ? { endpoint: AWS_ENDPOINT_URL_S3 } : {}),
  };
}

/**
 * A function that sends one request, and again while S3 is away or throttles.
 *
 * @throws ServiceError 503, with the last try's failure, when no try is answered
 */
export function createS3({ endpoint, region, ...credentials }: S3Settings): S3 {
  const client = new AwsClient({ ...credentials, region, service: "s3" });

  async function send({ bucket, key = "", method, headers, body }: S3Request): Promise<S3Answer> {
    const base =
      endpoint === undefined
        ? `https://${bucket}.s3.${region}.amazonaws.com`
        : `${endpoint.replace(/\/$/, "")}/${bucket}`;
    const init = { method, headers: { ...headers }, ...(body === undefined ? {} : { body }) };
    const request = await client.sign(`${base}/${key}`, init);
    const answer = await fetch(request, { signal: AbortSignal.timeout(TRY_MS) });
    return { status: answer.status, text: await answer.text() };
  }

  return async (request) => {
    let failure: unknown;
    for (let attempt = 0; attempt < TRIES; attempt++) {
      if (attempt > 0) await wait(Math.random() * FIRST_BACKOFF_MS * 2 ** attempt);
      try {
        const answer = await send(request);
        if (answer.status < 500 && answer.status !== 429) return answer;
        failure = new Error(`S3 answered ${answer.status}`, { cause: answer.text });
      } catch (error) {
        failure = error;
      }
    }
    throw new ServiceError(503, "The service is not available for the moment; try again", {
      cause: failure,
    });
  };
}
