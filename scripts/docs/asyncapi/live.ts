/** What is said of each message of the WebSocket beside its schema. */
import {
  Batch,
  CaughtUp,
  type ClientMessage,
  LiveCreated,
  LiveError,
  LiveLines,
  LiveStatusChanged,
  Ping,
  Pong,
  Reload,
  type ServerMessage,
  Subscribe,
  Subscribed,
  Unsubscribe,
  Unsubscribed,
} from "@attune/domain/live";
import { list } from "../openapi/values.ts";
import { type Message, message } from "./messages.ts";

const id = "default";
const cursor = "mwsm8e7o";
const [data] = list.data;

/** What a client sends: `receive` is said from where the service is. */
export const heard: Readonly<Record<ClientMessage["type"], Message>> = {
  subscribe: message(
    "Subscribe",
    "Begins to be told of what a filter names, after a cursor where one is given. Another subscription of the same `id` ends.",
    Subscribe,
    { type: "subscribe", id, filter: { enforcement: 42 }, since: cursor, result: true },
  ),
  unsubscribe: message("Unsubscribe", "Ends a subscription.", Unsubscribe, {
    ...{ type: "unsubscribe", id },
  }),
  ping: message(
    "Ping",
    "Keeps a connection, which is closed when it is idle for 10 minutes.",
    Ping,
    {
      type: "ping",
    },
  ),
};

/** What it is told. */
export const told: Readonly<Record<ServerMessage["type"], Message>> = {
  subscribed: message(
    "Subscribed",
    "A subscription is there: the first that is told of it.",
    Subscribed,
    {
      ...{ type: "subscribed", id, cursor },
    },
  ),
  caught_up: message("CaughtUp", "What came after `since` has been told.", CaughtUp, {
    ...{ type: "caught_up", id, cursor },
  }),
  reload: message(
    "Reload",
    "What came after `since` is not there to be told: load it from the API. What comes after `cursor` is told.",
    Reload,
    {
      ...{ type: "reload", id, cursor },
      reason: "What came after the cursor is older than an hour, or was not kept",
    },
  ),
  "execution.created": message("LiveCreated", "An execution was created.", LiveCreated, {
    ...{ type: "execution.created", subscription: id, cursor, version: 1 },
    data: { ...Object(data), status: "requested" },
  }),
  "execution.status_changed": message(
    "LiveStatusChanged",
    "The status of an execution changed. `result` is there where it was asked for and the status is final.",
    LiveStatusChanged,
    {
      ...{ type: "execution.status_changed", subscription: id, cursor, version: 5 },
      previous_status: "running",
      data: { ...Object(data), result: { sent: true } },
    },
  ),
  "execution.log": message(
    "LiveLines",
    "The log of an execution has more lines, where they were asked for by `logs`. What is too much for a message comes in several.",
    LiveLines,
    {
      ...{ type: "execution.log", subscription: id, cursor },
      ...{ execution_id: Object(data).id, from_seq: 1, to_seq: 1 },
      lines: [
        { seq: 1, stream: "stdout", time: "2026-11-22T20:58:53Z", text: "Sending to #alerts" },
      ],
    },
  ),
  batch: message(
    "Batch",
    "What is told at once, in order, where a subscription asks for `batch`.",
    Batch,
    {
      type: "batch",
      messages: [
        {
          ...{ type: "execution.created", subscription: id, cursor, version: 1 },
          data: { ...Object(data), status: "requested" },
        },
      ],
    },
  ),
  unsubscribed: message("Unsubscribed", "A subscription has ended.", Unsubscribed, {
    ...{ type: "unsubscribed", id },
  }),
  pong: message("Pong", "The answer to a ping.", Pong, { type: "pong" }),
  error: message("LiveError", "What a message came to. The connection stays open.", LiveError, {
    ...{ type: "error", id, status: 400, error: "The message is not valid JSON" },
  }),
};
