import { accessPatterns } from "@attune/store/access-patterns/index";
import { type Route, routes } from "@attune/topology/routes";
import { examples } from "./examples.ts";
import { code, table } from "./markdown.ts";

type Name = keyof typeof accessPatterns;
const names = Object.keys(accessPatterns) as Name[];

const byName: Readonly<Record<string, Route>> = routes;

/** A route as `METHOD path`, a function by its name. */
function served(name: string): string {
  const route = byName[name];
  return route === undefined ? `function ${code(name)}` : code(`${route.method} ${route.path}`);
}

const row = (name: Name) => {
  const { operation, table: on, purpose } = accessPatterns[name];
  return [`[${code(name)}](#${name.toLowerCase()})`, code(operation), code(on), purpose];
};

/** A set of strings as a list. */
const plain = (_: string, value: unknown) => (value instanceof Set ? [...value] : value);

const section = (name: Name) => `## ${name}

${accessPatterns[name].purpose} Serves ${accessPatterns[name].serves.map(served).join(", ")}.

\`\`\`json
${JSON.stringify(examples[name], plain, 2)}
\`\`\``;

/** docs/access-patterns.md */
export function accessPatternsPage(): string {
  return `# Access patterns

Written by \`npm run docs\` from \`packages/store/src/access-patterns/\`. Every request that the service makes to
DynamoDB is here; there is no Scan. The role of each Lambda allows exactly the operations of the patterns that
serve it, on their tables. A transaction is made of the patterns \`addToCounter\` and \`putLedgerPage\`, or
\`removeFromHead\`.

${table(["pattern", "operation", "table", "what for"], names.map(row))}

Below, each with the input that it makes for an example. Attributes are as the document client takes them.

${names.map(section).join("\n\n")}
`;
}
