import { type ChildProcess, spawn } from "node:child_process";
import { createInterface } from "node:readline";

/** A block of shell commands in a page, marked `<!-- session -->`, and what it prints. */
export interface Block {
  /** What stands behind `session`: the environment of the stack that it needs. */
  readonly env: Readonly<Record<string, string>>;
  readonly script: string;
  /** `undefined` where the page does not show it. */
  readonly output: string | undefined;
}

const marked =
  /^<!-- session(?<env>(?: \w+=\w+)*) -->\n```sh\n(?<script>[\s\S]*?)^```\n(?:\n```json\n(?<output>[\s\S]*?)^```\n)?/gm;

/** The marked blocks of a page, in sessions: blocks in a row that need the same stack. */
export function sessionsOf(page: string): Block[][] {
  const sessions: Block[][] = [];
  let last: string | undefined;
  for (const { groups = {} } of page.matchAll(marked)) {
    const { env = "", script = "", output } = groups;
    const variables = env.split(" ").flatMap((one) => (one === "" ? [] : [one.split("=")]));
    const block = { env: Object.fromEntries(variables), script, output };
    if (env === last) sessions.at(-1)?.push(block);
    else sessions.push([block]);
    last = env;
  }
  return sessions;
}

/** A text without what differs from run to run; an id that comes twice is the same one twice. */
export function normalise(text: string): string {
  const ids: string[] = [];
  return text
    .trim()
    .replaceAll(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, "<time>")
    .replaceAll(/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/g, "<uuid>")
    .replaceAll(/\b[0-9a-f]{32}\b/g, "<digest>")
    .replaceAll(/"executor":\d+/g, '"executor":<worker>')
    .replaceAll(/\b\d{15,16}\b/g, (id) => {
      if (!ids.includes(id)) ids.push(id);
      return `<id ${ids.indexOf(id) + 1}>`;
    });
}

/** A shell that keeps its variables and functions from block to block, as a terminal does. */
export function openShell() {
  const shell: ChildProcess = spawn("bash", [], { stdio: ["pipe", "pipe", "inherit"] });
  if (shell.stdout === null || shell.stdin === null) throw new Error("bash has no pipes");
  const { stdin } = shell;
  const lines = createInterface({ input: shell.stdout })[Symbol.asyncIterator]();
  return {
    /** What the commands print. */
    async run(script: string): Promise<string> {
      stdin.write(`${script}\necho; echo "the block ends"\n`);
      let output = "";
      for (;;) {
        const { done, value } = await lines.next();
        if (done || value === "the block ends") return output;
        output += `${value}\n`;
      }
    },
    close() {
      stdin.end();
    },
  };
}
