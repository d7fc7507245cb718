import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { log } from "../log.ts";
import { backoff, pause } from "../retry.ts";
import { assertPortFree, freePort } from "./ports.ts";

/** A server in a process of its own that prints a line with "listening" and ends with its stdin. */
export interface Program {
  readonly name: string;
  /** The environment variable that sets its port. */
  readonly variable: string;
  /** 0: any free one. */
  readonly port: number;
  readonly command: (port: number) => readonly [file: string, ...args: string[]];
}

export interface Engine {
  readonly url: string;
  stop(): Promise<void>;
}

/** Starts the program and starts it again, on the same port, whenever it ends by itself. */
export async function startEngine(program: Program): Promise<Engine> {
  const { port, child } = await launchFirst(program);
  const stopping = new AbortController();
  const supervised = supervise(program, port, child, stopping.signal);
  return {
    url: `http://127.0.0.1:${port}`,
    async stop() {
      stopping.abort();
      await supervised;
    },
  };
}

async function launchFirst(program: Program): Promise<{ port: number; child: ChildProcess }> {
  if (program.port !== 0) {
    await assertPortFree(program.port, program.variable);
    return { port: program.port, child: await launch(program, program.port) };
  }
  // Another process may take the port between our finding it free and the program's binding it.
  for (let tries = 1; ; tries++) {
    const port = await freePort();
    try {
      return { port, child: await launch(program, port) };
    } catch (error) {
      if (tries === 5) throw error;
    }
  }
}

async function launch(program: Program, port: number): Promise<ChildProcess> {
  const [file, ...args] = program.command(port);
  // A process group of its own: Ctrl-C reaches us alone, and what is in flight can still be stored.
  const child = spawn(file, args, { detached: true, stdio: "pipe" });
  let said = "";
  child.stdin.on("error", () => undefined);
  const failed = new Promise<never>((_, reject) => {
    child.once("error", reject);
    child.once("exit", (code, signal) => {
      const status = code === null ? signal : `exit code ${code}`;
      reject(new Error(`${program.name} did not start (${status}) ${said.trim()}`));
    });
  });
  const listening = new Promise<void>((resolve) => {
    const listen = (chunk: Buffer) => {
      said = `${said}${chunk}`.slice(-1_000);
      if (said.includes("listening")) resolve();
    };
    child.stdout.on("data", listen);
    child.stderr.on("data", listen);
  });
  await Promise.race([listening, failed]);
  return child;
}

async function supervise(
  program: Program,
  port: number,
  first: ChildProcess,
  signal: AbortSignal,
): Promise<void> {
  let child: ChildProcess | undefined = first;
  let failures = 0;
  while (true) {
    if (child !== undefined) {
      await endOf(child, signal);
      failures = 0;
    }
    if (signal.aborted) return;
    if (child !== undefined) log(`${program.name} ended by itself; starting it again`);
    child = await launch(program, port).catch((error: unknown) => {
      failures += 1;
      if (failures === 1) log(`${program.name} does not start`, error);
      return undefined;
    });
    if (child === undefined) await pause(backoff(failures), signal);
  }
}

/** Resolves once the process has ended, by itself or because `signal` aborted. */
async function endOf(child: ChildProcess, signal: AbortSignal): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, "exit");
  const end = () => child.stdin?.end();
  if (signal.aborted) end();
  else signal.addEventListener("abort", end, { once: true });
  await ended;
  signal.removeEventListener("abort", end);
  child.stdin?.destroy();
}
