/** The calls of one execution. */
import type { ExecutionAnswer } from "@attune/domain/answers";
import type { NewExecution } from "@attune/domain/request";
import type { Execution } from "@attune/domain/view";
import type { Call, CallOptions, Request } from "./call.ts";
import { queryText } from "./query.ts";

async function one(call: Call, request: Request): Promise<Execution> {
  const { data } = await call<ExecutionAnswer>(request);
  return data;
}

export const readExecution = (call: Call, id: number, options: Pick<Request, "signal" | "tries">) =>
  one(call, { method: "GET", path: `/${id}`, isRepeatable: true, ...options });

/** The service makes one execution of a key, however often it is asked to. */
export const requestExecution = (call: Call, request: NewExecution, { signal }: CallOptions) =>
  one(call, {
    method: "POST",
    path: "",
    body: { ...request, idempotency_key: request.idempotency_key ?? randomKey() },
    isRepeatable: true,
    signal,
  });

/** 128 bits in hex. `crypto.randomUUID` is missing from pages that come over plain HTTP. */
const randomKey = () =>
  Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) =>
    byte.toString(16).padStart(2, "0"),
  ).join("");

export interface CancelOptions extends CallOptions {
  /** What is unfinished below it as well, after the answer. */
  readonly cascade?: boolean | undefined;
}

export const cancelExecution = (call: Call, id: number, { signal, ...options }: CancelOptions) =>
  one(call, {
    method: "POST",
    path: `/${id}/cancel${queryText({ ...options })}`,
    isRepeatable: true,
    signal,
  });

/** Each call makes a new execution, so that one without an answer is not made again. */
export const retryExecution = (call: Call, id: number, { signal }: CallOptions) =>
  one(call, { method: "POST", path: `/${id}/retry`, isRepeatable: false, signal });
