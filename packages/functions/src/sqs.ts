/** The SQS client of the functions that send. */
import { SQSClient } from "@aws-sdk/client-sqs";

// A queue's URL may name another host than the endpoint that the environment sets.
export const sqs = new SQSClient({
  maxAttempts: 3,
  useQueueUrlAsEndpoint: false,
  requestHandler: { connectionTimeout: 1_000, requestTimeout: 3_000, throwOnRequestTimeout: true },
});
