/** The description of the messages, AsyncAPI 3: the queues of the topology and the WebSocket, and the schemas of what they carry. */
import { ExecutionRequest } from "@attune/domain/request";
import { RetryPolicy } from "@attune/domain/retry-policy";
import { liveScope } from "@attune/topology/live";
import { type QueueName, queues } from "@attune/topology/queues";
import { heard, told } from "./asyncapi/live.ts";
import { carriers, type Message, messages } from "./asyncapi/messages.ts";
import { nameSchemas } from "./schemas.ts";

const all = [messages, heard, told].flatMap((some): Message[] => Object.values(some));

const { schemas, referTo } = nameSchemas(
  {
    ...Object.fromEntries(all.map(({ name, schema }) => [name, schema])),
    ExecutionRequest,
    RetryPolicy,
  },
  // What AsyncAPI 3 takes where a message does not name another dialect.
  "draft-07",
);

const messagesOf = (queue: QueueName) => carriers[queue].messages.map((type) => messages[type]);

const channelOf = (queue: QueueName) => ({
  address: queues[queue].name,
  summary: carriers[queue].summary,
  messages: Object.fromEntries(
    messagesOf(queue).map(({ name }) => [name, { $ref: `#/components/messages/${name}` }]),
  ),
});

const operationOf = (queue: QueueName) => ({
  action: carriers[queue].action,
  channel: { $ref: `#/channels/${queue}` },
  summary: carriers[queue].summary,
  security: [{ $ref: "#/components/securitySchemes/aws" }],
  messages: messagesOf(queue).map(({ name }) => ({ $ref: `#/channels/${queue}/messages/${name}` })),
});

const named = (some: Readonly<Record<string, Message>>) =>
  Object.values(some).map(({ name }) => name);

/** One address for both directions, and for every subscription. */
const liveChannel = {
  address: "/",
  summary: "The WebSocket, locally at /ws. Each text frame is one message.",
  messages: Object.fromEntries(
    [...named(heard), ...named(told)].map((name) => [
      name,
      { $ref: `#/components/messages/${name}` },
    ]),
  ),
};

const liveOperation = (
  action: "receive" | "send",
  summary: string,
  some: Readonly<Record<string, Message>>,
) => ({
  action,
  channel: { $ref: "#/channels/Live" },
  summary,
  security: [
    { $ref: "#/components/securitySchemes/token" },
    { $ref: "#/components/securitySchemes/tokenInQuery" },
  ],
  messages: named(some).map((name) => ({ $ref: `#/channels/Live/messages/${name}` })),
});

const messageOf = ({ name, summary, schema, example }: Message) => ({
  name,
  summary,
  contentType: "application/json",
  payload: referTo(schema),
  examples: [{ payload: example }],
});

/** docs/asyncapi.json */
export function describeMessages() {
  const names = Object.keys(queues) as QueueName[];
  return {
    asyncapi: "3.0.0",
    info: {
      title: "Attune executions",
      version: "1.0.0",
      description:
        "The SQS queues of the execution service, by their names in a stage: the queues themselves are `<app>-<stage>-<name>`. Messages come at least once, and in no order. And its WebSocket, whose messages come at least once, in the order of the changes of each execution.",
    },
    defaultContentType: "application/json",
    channels: {
      ...Object.fromEntries(names.map((queue) => [queue, channelOf(queue)])),
      Live: liveChannel,
    },
    operations: {
      ...Object.fromEntries(
        names.map((queue) => [`${carriers[queue].action}${queue}`, operationOf(queue)]),
      ),
      receiveLive: liveOperation("receive", "What clients ask of the WebSocket.", heard),
      sendLive: liveOperation("send", "What clients are told by it.", told),
    },
    components: {
      securitySchemes: {
        aws: {
          type: "httpApiKey",
          name: "authorization",
          in: "header",
          description: "AWS Signature Version 4, of a role that may use the queue.",
        },
        token: {
          type: "http",
          scheme: "bearer",
          description: `A token of the stage's issuer with the scope ${liveScope}, when the connection is opened.`,
        },
        tokenInQuery: {
          type: "httpApiKey",
          name: "access_token",
          in: "query",
          description: "The same, of a browser.",
        },
      },
      messages: Object.fromEntries(all.map((message) => [message.name, messageOf(message)])),
      schemas,
    },
  };
}
