import * as z from "zod";

const port = (usual: number) =>
  z.coerce.number("is no number").int("is no whole number").min(0).max(65_535).default(usual);
const address = z.url({ protocol: /^https?$/, error: "is no http address" }).optional();

const environment = z.object({
  PORT: port(3000),
  DYNAMODB_PORT: port(8000),
  SQS_PORT: port(9324),
  DATA_DIR: z.string().default(".local"),
  DYNAMODB_ENDPOINT: address,
  SQS_ENDPOINT: address,
  S3_ENDPOINT: address,
  WORKER: z.enum(["on", "off"], "is neither on nor off").default("on"),
});

export type Settings = z.infer<typeof environment>;

/** Reads the settings from the environment; an empty variable counts as none. Throws, naming the bad one. */
export function readSettings(variables: NodeJS.ProcessEnv): Settings {
  const set = Object.entries(variables).filter(([, value]) => value !== "");
  const parsed = environment.safeParse(Object.fromEntries(set));
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  const name = String(issue?.path[0]);
  throw new Error(`${name}=${variables[name]}: ${issue?.message}`, { cause: parsed.error });
}
