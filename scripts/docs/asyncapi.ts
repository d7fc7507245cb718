/** The description of the queues, AsyncAPI 3: the queues of the topology, and the schemas of their messages. */
import { ExecutionRequest, RetryPolicy } from "@attune/domain/execution";
import { type QueueName, queues } from "@attune/topology/queues";
import { carriers, type Message, messages } from "./asyncapi/messages.ts";
import { nameSchemas } from "./schemas.ts";

const all = Object.values(messages);

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

const messageOf = ({ name, summary, schema, example }: Message) => ({
  name,
  summary,
  contentType: "application/json",
  payload: referTo(schema),
  examples: [{ payload: example }],
});

/** docs/asyncapi.json */
export function describeQueues() {
  const names = Object.keys(queues) as QueueName[];
  return {
    asyncapi: "3.0.0",
    info: {
      title: "Attune executions",
      version: "1.0.0",
      description:
        "The SQS queues of the execution service, by their names in a stage: the queues themselves are `<app>-<stage>-<name>`. Messages come at least once, and in no order.",
    },
    defaultContentType: "application/json",
    channels: Object.fromEntries(names.map((queue) => [queue, channelOf(queue)])),
    operations: Object.fromEntries(
      names.map((queue) => [`${carriers[queue].action}${queue}`, operationOf(queue)]),
    ),
    components: {
      securitySchemes: {
        aws: {
          type: "httpApiKey",
          name: "authorization",
          in: "header",
          description: "AWS Signature Version 4, of a role that may use the queue.",
        },
      },
      messages: Object.fromEntries(all.map((message) => [message.name, messageOf(message)])),
      schemas,
    },
  };
}
