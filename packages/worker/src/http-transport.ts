/** The worker protocol over HTTP. */
import { ErrorBody } from "@attune/domain/error-body";
import { type JsonText, memberTexts, objectText, textsOf } from "@attune/domain/json-text";
import { Status } from "@attune/domain/lifecycle";
import { routes } from "@attune/topology/routes";
import * as z from "zod";
import { type Answer, type Call, type Hold, type Transport, Unavailable } from "./transport.ts";

export interface HttpSettings {
  /** The API's base URL, such as `http://127.0.0.1:3000`. */
  readonly api: string;
  /** A bearer token with the scope `executions:work`; a function is asked before each call. */
  readonly token?: string | (() => string | Promise<string>);
  /** How long a call may take. */
  readonly timeoutSeconds?: number;
}

const ClaimAnswer = z.object({ data: z.object({ status: Status }) });
const AppendAnswer = z.object({ data: z.object({ truncated: z.boolean() }) });
const BeatAnswer = z.object({ data: z.object({ cancel_requested: z.boolean() }) });

const paths: Readonly<Record<Call, string>> = {
  claim: routes.claimExecution.path,
  heartbeat: routes.heartbeatExecution.path,
  append: routes.appendLogs.path,
  finish: routes.finishExecution.path,
};

/** Statuses of a call that would be wrong again. */
const invalid: readonly number[] = [400, 413, 415, 422];

/** A transport that speaks to the API. */
export function httpTransport({ api, token, timeoutSeconds = 30 }: HttpSettings): Transport {
  const base = api.replace(/\/+$/, "");

  async function post<T>(
    call: Call,
    hold: Hold,
    signal: AbortSignal,
    read: (text: JsonText) => T,
    members: Readonly<Record<string, JsonText>> = {},
  ): Promise<Answer<T>> {
    const bearer = typeof token === "function" ? await token() : token;
    const path = paths[call].replace("{id}", String(hold.id));
    const response = await fetch(base + path, {
      method: "POST",
      headers: {
        "content-type": "application/json",
        ...(bearer === undefined ? {} : { authorization: `Bearer ${bearer}` }),
      },
      body: objectText({
        ...textsOf({ worker_id: hold.worker, attempt: hold.attempt }),
        ...members,
      }),
      signal: AbortSignal.any([signal, AbortSignal.timeout(timeoutSeconds * 1_000)]),
    });
    const text = await response.text();
    if (response.ok) return { is: "accepted", value: read(text) };
    const reason = reasonOf(text);
    if (isRefusal(response.status, reason, hold.id))
      return { is: "refused", reason: reason ?? text };
    if (invalid.includes(response.status)) return { is: "invalid", reason: reason ?? text };
    const said = `${call} ${hold.id} was answered ${response.status}: ${text.slice(0, 200)}`;
    throw new Unavailable(said, retryAfter(response.headers.get("retry-after")));
  }

  return {
    claim: (hold, signal) => post("claim", hold, signal, readClaim),
    heartbeat: (hold, signal) =>
      post("heartbeat", hold, signal, (text) => ({
        cancelRequested: BeatAnswer.parse(JSON.parse(text)).data.cancel_requested,
      })),
    append: (hold, lines, signal) =>
      post(
        "append",
        hold,
        signal,
        (text) => ({ truncated: AppendAnswer.parse(JSON.parse(text)).data.truncated }),
        textsOf({ lines }),
      ),
    finish: (hold, { status, resultText }, signal) =>
      post("finish", hold, signal, () => undefined, { ...textsOf({ status }), result: resultText }),
  };
}

function readClaim(text: JsonText) {
  const { status } = ClaimAnswer.parse(JSON.parse(text)).data;
  const configText = memberTexts(memberTexts(text).get("data") ?? "{}").get("config") ?? "null";
  return { status, configText };
}

/** What the service says is wrong; `undefined` where the answer is not the service's own. */
function reasonOf(text: string): string | undefined {
  try {
    return ErrorBody.parse(JSON.parse(text)).error;
  } catch {
    return undefined;
  }
}

/**
 * A refusal deletes the message, so it has to be the service that refuses this execution: neither
 * something on the way, nor a base URL that leads nowhere.
 */
function isRefusal(status: number, reason: string | undefined, id: number): boolean {
  if (status === 409) return reason !== undefined;
  return status === 404 && reason === `Execution with ID ${id} not found`;
}

/** Milliseconds, from seconds or an HTTP date. */
function retryAfter(header: string | null): number | undefined {
  if (header === null) return undefined;
  const milliseconds = /^\d+$/.test(header)
    ? Number(header) * 1_000
    : Date.parse(header) - Date.now();
  return Number.isNaN(milliseconds) ? undefined : Math.max(0, milliseconds);
}
