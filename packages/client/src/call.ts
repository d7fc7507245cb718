/** One call of the API, tried again where it may fare better and cannot do harm. */
import { type Answer, readAnswer, readError } from "./answer.ts";
import { delayAfter, sleep } from "./delay.ts";
import { ApiError, NoAnswer } from "./errors.ts";
import { type Parameters, queryText } from "./query.ts";

export interface ClientOptions {
  /** The API's base URL, such as `https://executions.example.com`; `""` is the origin of the page. */
  readonly url: string;
  /** A bearer token; a function is asked before each try. */
  readonly token?: string | (() => string | Promise<string>) | undefined;
  readonly fetch?: typeof globalThis.fetch | undefined;
  /** Parses the JSON of an answer, in place of `JSON.parse`. */
  readonly parse?: ((text: string) => unknown) | undefined;
  /** Milliseconds that one try may take: 30,000 unless given. */
  readonly timeout?: number | undefined;
  /** Tries of a call in all: 5 unless given. */
  readonly tries?: number | undefined;
}

export interface CallOptions {
  readonly signal?: AbortSignal | undefined;
}

export interface Request extends CallOptions {
  readonly method: "GET" | "POST";
  /** After the path of all executions. */
  readonly path: string;
  readonly body?: unknown;
  /** Whether the call twice does what it does once. */
  readonly isRepeatable: boolean;
  /** Instead of the client's. */
  readonly tries?: number;
}

/**
 * @throws ApiError, NoAnswer, or the signal's reason
 */
export type Call = <A extends Answer>(request: Request) => Promise<A>;

/** Reads what is at a path, after that of all executions. */
export const read = <A extends Answer>(
  call: Call,
  path: string,
  { signal }: CallOptions,
  parameters: Parameters = {},
) => call<A>({ method: "GET", path: path + queryText(parameters), isRepeatable: true, signal });

const base = "/api/v1/executions";

const pace = { first: 200, longest: 10_000 };
/** A service that asks for more than these milliseconds is asked again all the same. */
const LONGEST_RETRY_AFTER = 60_000;

/** What is tried again: a refusal before anything was done, or what may have been done, where twice is once. */
const again: Readonly<Record<number, "always" | "where repeatable">> = {
  429: "always",
  502: "where repeatable",
  503: "where repeatable",
  504: "where repeatable",
};

function mayTryAgain(error: unknown, { isRepeatable }: Request): boolean {
  if (error instanceof NoAnswer) return isRepeatable;
  const when = error instanceof ApiError ? again[error.status] : undefined;
  return when === "always" || (when === "where repeatable" && isRepeatable);
}

/** Milliseconds before the next try: a back-off, and no less than what the API asks for. */
export function delayBefore(failures: number, error: unknown): number {
  const asked = error instanceof ApiError ? (error.retryAfter ?? 0) : 0;
  return Math.max(delayAfter(failures, pace), Math.min(asked, LONGEST_RETRY_AFTER));
}

export function createCall(options: ClientOptions): Call {
  const { token, fetch = globalThis.fetch, parse = JSON.parse, timeout = 30_000 } = options;
  const url = options.url.replace(/\/+$/, "") + base;

  async function send({ method, path, signal }: Request, body: string | undefined) {
    const bearer = typeof token === "function" ? await token() : token;
    const limit = AbortSignal.timeout(timeout);
    try {
      signal?.throwIfAborted();
      const response = await fetch(url + path, {
        method,
        headers: {
          ...(body === undefined ? {} : { "content-type": "application/json" }),
          ...(bearer === undefined ? {} : { authorization: `Bearer ${bearer}` }),
        },
        ...(body === undefined ? {} : { body }),
        signal: signal === undefined ? limit : AbortSignal.any([signal, limit]),
      });
      return { response, text: await response.text() };
    } catch (cause) {
      signal?.throwIfAborted();
      throw new NoAnswer(`${method} ${base}${path} was not answered`, { cause });
    }
  }

  async function attempt<A extends Answer>(request: Request, body: string | undefined): Promise<A> {
    const { response, text } = await send(request, body);
    if (!response.ok) throw readError(response, text);
    return readAnswer<A>(response, text, parse);
  }

  return async <A extends Answer>(request: Request) => {
    const { tries = options.tries ?? 5 } = request;
    const body = request.body === undefined ? undefined : JSON.stringify(request.body);
    for (let failures = 1; ; failures++) {
      try {
        return await attempt<A>(request, body);
      } catch (error) {
        if (failures >= tries || !mayTryAgain(error, request)) throw error;
        await sleep(delayBefore(failures, error), request.signal);
      }
    }
  };
}
