/** `npm start`: the local stack until it is stopped. */
import { log } from "./log.ts";
import { assertNodeVersion } from "./node-version.ts";

// Stdout is for the `ready` line. Handlers write their logs to it, as they do on Lambda.
const print = process.stdout.write.bind(process.stdout);
process.stdout.write = process.stderr.write.bind(process.stderr);
process.env.POWERTOOLS_LOG_LEVEL ??= "WARN";

try {
  assertNodeVersion(process.versions.node);
  const { readSettings } = await import("./settings.ts");
  const { startStack } = await import("./stack.ts");
  const settings = readSettings(process.env);
  const stopped = new Promise<void>((resolve) => {
    const stop = () => {
      process.once("SIGINT", () => process.exit(130));
      resolve();
    };
    process.once("SIGINT", stop).once("SIGTERM", stop);
  });
  const stack = await startStack(settings);
  print(`ready api=${stack.api} dynamodb=${stack.dynamodb} sqs=${stack.sqs}\n`);
  await stopped;
  await stack.stop();
  process.exit(0);
} catch (error) {
  log("cannot start", error);
  process.exit(1);
}
