import {
  handoff,
  initial,
  isFinal,
  lifecycle,
  Owner,
  Status,
  targets,
} from "@attune/domain/lifecycle";
import { statsBuckets } from "@attune/domain/stats";
import { code, codes, table } from "./markdown.ts";

const ownersOf = (status: Status) => Owner.options.filter((owner) => owner in lifecycle[status]);

/** A status that both owners may hold is two states of the diagram. */
const stateOf = (status: Status, owner: Owner) =>
  ownersOf(status).length > 1 ? `${status}_${owner}` : status;

const moves = Status.options.flatMap((from) =>
  ownersOf(from).map((owner) => ({ from, owner, to: targets(from, owner) })),
);

function diagram(): string {
  const names = moves
    .filter(({ from }) => ownersOf(from).length > 1)
    .map(({ from, owner }) => `state "${from} (${owner})" as ${stateOf(from, owner)}`);
  const edges = moves.flatMap(({ from, owner, to }) =>
    to.map((next) => `${stateOf(from, owner)} --> ${stateOf(next, owner)}`),
  );
  const [before, after] = [stateOf(handoff.at, handoff.from), stateOf(handoff.at, handoff.to)];
  return [
    "stateDiagram-v2",
    ...names,
    `[*] --> ${stateOf(initial.status, initial.owner)}`,
    ...edges,
    `${before} --> ${after}: handoff`,
    ...Status.options.filter(isFinal).map((status) => `${status} --> [*]`),
  ].join("\n  ");
}

function rows(): string[][] {
  return [
    ["(new)", code(initial.status), initial.owner],
    ...moves.map(({ from, owner, to }) => [code(from), codes(to), owner]),
    [
      code(handoff.at),
      `${code(handoff.at)}, and the owner is the ${handoff.to}`,
      `${handoff.from}: the handoff`,
    ],
  ];
}

/** docs/lifecycle.md */
export function lifecyclePage(): string {
  return `# Lifecycle

Written by \`npm run docs\` from \`packages/domain/src/lifecycle.ts\`, the one table that conditions, tests and this
page are made from.

Only the owner changes an execution. Each change is one conditional write, refused as a whole when status
or owner are others than the table asks for. Two moves share one: what becomes \`${handoff.at}\` is handed off with it
([ADR 11](adr/0011-one-write-to-hand-off.md)), so that nobody finds the ${handoff.from}'s \`${handoff.at}\`.

${table(["from", "to", "owner"], rows())}

${codes(Status.options.filter(isFinal))} are final: nothing leaves them. No status is entered twice.

\`\`\`mermaid
${diagram()}
\`\`\`

## Statistics

What each number of \`GET /api/v1/executions/stats\` counts:

${table(
  ["number", "statuses"],
  Object.entries(statsBuckets).map(([bucket, statuses]) => [code(bucket), codes(statuses)]),
)}
`;
}
