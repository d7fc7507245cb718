import { readFileSync } from "node:fs";
import * as z from "zod";

const graphSchema = z.object({
  app: z.object({ name: z.string(), stage: z.string(), removal: z.string(), protect: z.boolean() }),
  resources: z.array(
    z.object({
      type: z.string(),
      name: z.string(),
      arn: z.string(),
      inputs: z.record(z.string(), z.unknown()),
      retainOnDelete: z.boolean(),
    }),
  ),
  bundles: z.array(
    z.object({
      function: z.string(),
      handler: z.string(),
      links: z.array(z.string()),
      bundled: z.object({ bytes: z.number(), missing: z.array(z.string()) }).optional(),
    }),
  ),
});

/** The stages that global-setup.ts synthesises, who may call them, and who hears of their alarms. */
export const stages = ["personal", "production"] as const;
export type Stage = (typeof stages)[number] | "staging";
export const identityProvider = {
  AUTH_ISSUER: "https://identity.example.com/",
  AUTH_AUDIENCE: "executions",
};
export const alarmAddress = { ALARM_ADDRESS: "on-call@example.com" };

export type Graph = ReturnType<typeof readGraph>;

/** The synthesised graph of a stage, and how to look things up in it. */
export function readGraph(stage: Stage) {
  const { app, resources, bundles } = graphSchema.parse(
    JSON.parse(readFileSync(`.sst/synth/${stage}.json`, "utf8")),
  );

  /** The resources of a type by logical name, their inputs parsed. */
  function all<Inputs>(type: string, schema: z.ZodType<Inputs>): ReadonlyMap<string, Inputs> {
    return new Map(
      resources
        .filter((resource) => resource.type === type)
        .map((resource) => [resource.name, schema.parse(resource.inputs)]),
    );
  }

  function one<Inputs>(type: string, name: string, schema: z.ZodType<Inputs>): Inputs {
    const found = resources.find((resource) => resource.type === type && resource.name === name);
    if (found === undefined) throw new Error(`There is no ${type} ${name} in ${stage}`);
    return schema.parse(found.inputs);
  }

  /** The logical name of what an ARN stands for, and the rest of the ARN: `ExecutionsTable/index/*`. */
  function nameOf(arn: string): string {
    const owner = resources.find((resource) =>
      `${arn}/`.replace(":*", "/").startsWith(`${resource.arn}/`),
    );
    return owner ? arn.replace(owner.arn, owner.name) : arn;
  }

  return { stage, app, resources, bundles, all, one, nameOf };
}

/** What SST calls the component of a function. */
export const componentOf = (name: string) =>
  `${name.charAt(0).toUpperCase()}${name.slice(1)}Handler`;
