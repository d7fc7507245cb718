import { type LocalFunction, TimedOut } from "../invoke.ts";
import { log } from "../log.ts";
import { type Answer, errorAnswer, parseAnswer } from "./answer.ts";
import { httpEvent } from "./event.ts";
import { matchRoute } from "./router.ts";
import type { Respond } from "./serve.ts";

/** Paths that the local stack answers itself. */
export type OwnPaths = Readonly<Record<string, () => Answer>>;

/** Answers requests with the functions of the topology's routes, as API Gateway does. */
export function gateway(functions: ReadonlyMap<string, LocalFunction>, own: OwnPaths): Respond {
  return async (request) => {
    const ownAnswer = request.method === "GET" ? own[request.path] : undefined;
    if (ownAnswer !== undefined) return ownAnswer();
    const match = matchRoute(request.method, request.path);
    const target = functions.get(match.function);
    if (target === undefined) return errorAnswer(500, "Internal server error");
    try {
      return parseAnswer(await target.invoke(httpEvent(request, match)));
    } catch (error) {
      log(`${request.method} ${request.path} failed`, error);
      return error instanceof TimedOut
        ? errorAnswer(503, "The service took too long to answer")
        : errorAnswer(500, "Internal server error");
    }
  };
}
