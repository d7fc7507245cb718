import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { One } from "../fixtures/api.ts";
import { credentials, startRig } from "./rig.ts";

const root = new URL("../../", import.meta.url);
const readme = readFileSync(new URL("packages/worker/README.md", root), "utf8");
const example = /```ts\n(.*?)```/s.exec(readme)?.[1] ?? "";

const rig = await startRig();

it("shows a worker in fifteen lines of code", () => {
  const lines = example.split("\n").filter((line) => line.trim() !== "");
  expect(lines.length).toBeGreaterThan(5);
  expect(lines.length).toBeLessThanOrEqual(15);
});

it("runs as it stands", async () => {
  const child = spawn(process.execPath, ["--input-type=module-typescript", "--eval", example], {
    cwd: root,
    env: {
      ...process.env,
      API_URL: rig.stack.api,
      QUEUE_URL: rig.queues.url("execution-scheduled"),
      AWS_ENDPOINT_URL_SQS: rig.stack.sqs,
      AWS_REGION: "us-east-1",
      AWS_ACCESS_KEY_ID: credentials.accessKeyId,
      AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey,
    },
    stdio: ["ignore", "inherit", "inherit"],
  });
  const exit = once(child, "exit");
  const { json } = await rig.api.post("", { action_ref: "demo.greet", config: { name: "Ada" } });
  const { id, result } = await rig.reaches(One.parse(json).data.id, "completed");
  expect(result).toEqual({ greeting: "Hello, Ada" });
  expect(await rig.api.text(`/${id}/logs?format=text`)).toBe("Greeting Ada\n");
  child.kill("SIGKILL");
  await exit;
});
