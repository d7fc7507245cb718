/** Processes that die by `kill -9` and come back: the stack, and the workers. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { SetQueueAttributesCommand } from "@aws-sdk/client-sqs";
import { queuesOf } from "../fixtures/sqs.ts";
import { type LocalStack, startLocalStack } from "../fixtures/stack.ts";

const workerModule = fileURLToPath(new URL("./worker-process.ts", import.meta.url));

/** Seconds, short enough for a run of a minute to see each of them pass. */
export const limits = {
  LEASE_SECONDS: "4",
  WAKE_SECONDS: "2",
  QUEUE_SECONDS: "120",
  GRACE_SECONDS: "1",
};
const VISIBILITY = { "execution-requests": "5", "execution-scheduled": "6" } as const;

/** Says it again until it goes well: the engines of a stack that was killed may still be going. */
export async function insist<T>(attempt: () => Promise<T>): Promise<T> {
  for (;;) {
    try {
      return await attempt();
    } catch {
      await sleep(100);
    }
  }
}

export async function startFleet({ dataDir, workers }: { dataDir: string; workers: number }) {
  // Below the range that outgoing connections draw from: while the stack is down its ports stay free.
  const first = 20_000 + 3 * Math.floor(Math.random() * 3_000);
  const [PORT, DYNAMODB_PORT, SQS_PORT] = [first, first + 1, first + 2];
  const environment = {
    ...limits,
    PORT: String(PORT),
    DYNAMODB_PORT: String(DYNAMODB_PORT),
    SQS_PORT: String(SQS_PORT),
    DATA_DIR: dataDir,
    WORKER: "off",
    POWERTOOLS_LOG_LEVEL: "SILENT",
  };

  async function startStack(): Promise<LocalStack> {
    const stack = await startLocalStack(environment);
    const queues = await queuesOf(stack);
    for (const [name, VisibilityTimeout] of Object.entries(VISIBILITY)) {
      const command = { QueueUrl: queues.url(name), Attributes: { VisibilityTimeout } };
      await queues.client.send(new SetQueueAttributesCommand(command));
    }
    queues.client.destroy();
    return stack;
  }

  let stack = await insist(startStack);
  const queues = await queuesOf(stack);
  let lastId = 0;
  const journal = (id: number) => `${dataDir}/worker-${id}.jsonl`;
  const startWorker = (): { id: number; process: ChildProcess } => {
    const id = ++lastId;
    const child = spawn(process.execPath, [workerModule], {
      env: {
        ...process.env,
        AWS_REGION: "us-east-1",
        AWS_ACCESS_KEY_ID: "test",
        AWS_SECRET_ACCESS_KEY: "test",
        API: stack.api,
        QUEUE_URL: queues.url("execution-scheduled"),
        SQS: stack.sqs,
        WORKER_ID: String(id),
        JOURNAL: journal(id),
      },
      stdio: ["ignore", "ignore", "inherit"],
    });
    return { id, process: child };
  };
  const alive = Array.from({ length: workers }, startWorker);
  const kill = async (child: ChildProcess) => {
    const exit = once(child, "exit");
    child.kill("SIGKILL");
    await exit;
  };

  return {
    api: stack.api,
    sqs: stack.sqs,
    dynamodb: stack.dynamodb,
    queues,
    stack: () => stack,
    journals: () => Array.from({ length: lastId }, (_, at) => journal(at + 1)),
    /** A worker dies, and another process takes its place. */
    async killWorker(which: number): Promise<void> {
      const victim = alive[which % alive.length];
      if (victim === undefined) return;
      await kill(victim.process);
      alive[which % alive.length] = startWorker();
    },
    /** The stack dies with its engines, and comes up on the data that it left. */
    async killStack(): Promise<void> {
      await stack.kill();
      stack = await insist(startStack);
    },
    async stop(): Promise<void> {
      await Promise.all(alive.map(({ process: child }) => kill(child)));
      queues.client.destroy();
      await stack.stop();
    },
  };
}
export type Fleet = Awaited<ReturnType<typeof startFleet>>;
