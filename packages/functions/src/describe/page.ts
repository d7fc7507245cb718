/** The description as one page of HTML, which loads nothing and runs nothing. */
import type { Content, Document, Operation, Reference, Response } from "./document.ts";
import { code, escapeText, inline, json, prose, table } from "./html.ts";
import { section as schemaSection, typeOf } from "./schema.ts";

const style = `
:root { color-scheme: light dark; --line: light-dark(#ddd, #444); --soft: light-dark(#f5f5f5, #222); }
body { font: 16px/1.5 system-ui, sans-serif; max-width: 60rem; margin: 0 auto; padding: 1rem; }
section { border-top: 1px solid var(--line); padding: 0.5rem 0; }
table { border-collapse: collapse; width: 100%; }
td { border-top: 1px solid var(--line); padding: 0.25rem 0.5rem 0.25rem 0; vertical-align: top; }
pre { background: var(--soft); padding: 0.75rem; overflow-x: auto; }
code, pre { font: 14px/1.4 ui-monospace, monospace; }
h3 code { font-size: inherit; }`;

interface Entry extends Operation {
  readonly path: string;
  readonly method: string;
}

const entriesOf = ({ paths }: Document): Entry[] =>
  Object.entries(paths).flatMap(([path, { get, post }]) => [
    ...(get === undefined ? [] : [{ ...get, path, method: "GET" }]),
    ...(post === undefined ? [] : [{ ...post, path, method: "POST" }]),
  ]);

const carried = (content: Content) =>
  Object.entries(content).map(
    ([type, { schema, example }]) =>
      `<details><summary>${typeOf(schema)}, ${code(type)}</summary>${json(example)}</details>`,
  );

function resolve(answer: Response | Reference, { components }: Document): Response {
  if (!("$ref" in answer)) return answer;
  const response = components.responses[answer.$ref.slice(answer.$ref.lastIndexOf("/") + 1)];
  if (response === undefined) throw new Error(`There is no ${answer.$ref}`);
  return response;
}

const parametersOf = ({ parameters }: Operation) =>
  table(
    parameters.map(({ name, in: place, description, schema }) => [
      code(name),
      escapeText(place),
      typeOf(schema),
      inline(description),
    ]),
  );

const answersOf = ({ responses }: Operation, document: Document) =>
  table(
    Object.entries(responses).map(([status, answer]) => {
      const { description, content } = resolve(answer, document);
      return [code(status), inline(description), carried(content).join("")];
    }),
  );

const scopesOf = ({ security }: Operation) =>
  security.flatMap((requirement) => Object.values(requirement).flat()).map(code);

function operationSection(entry: Entry, document: Document): string {
  const { operationId, method, path, summary, description, requestBody, parameters } = entry;
  return [
    `<section id="${escapeText(operationId)}"><h3>${code(`${method} ${path}`)}</h3>`,
    prose([summary, description].filter((text) => text !== undefined).join(" ")),
    `<p>Scope: ${scopesOf(entry).join(", ")}</p>`,
    parameters.length === 0 ? "" : `<h4>Parameters</h4>${parametersOf(entry)}`,
    requestBody === undefined ? "" : `<h4>Body</h4>${carried(requestBody.content).join("")}`,
    `<h4>Answers</h4>${answersOf(entry, document)}</section>`,
  ].join("");
}

const linkTo = ({ operationId, method, path, summary }: Entry) => [
  `<a href="#${escapeText(operationId)}">${code(`${method} ${path}`)}</a>`,
  inline(summary),
];

/** The page, whole. */
export function referencePage(document: Document): string {
  const { info, tags, components } = document;
  const entries = entriesOf(document);
  const parts = tags.map(({ name, description }) => {
    const own = entries.filter((entry) => entry.tags.includes(name));
    return `<h2>${escapeText(name)}</h2>${prose(description)}${table(own.map(linkTo))}${own
      .map((entry) => operationSection(entry, document))
      .join("")}`;
  });
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>${escapeText(info.title)}</title>
<style>${style}</style>
</head>
<body>
<h1>${escapeText(info.title)}</h1>
${prose(info.description)}
<p>For programs: <a href="/api/v1/openapi.json">openapi.json</a>, OpenAPI ${escapeText(document.openapi)}.</p>
${parts.join("\n")}
<h2>Schemas</h2>
${Object.entries(components.schemas).map(schemaSection).join("\n")}
</body>
</html>
`;
}
