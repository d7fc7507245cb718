import { readFileSync } from "node:fs";
import { queues } from "@attune/topology/queues";
import { streamTriggers } from "@attune/topology/triggers";
import { describe, expect, it } from "vitest";
import { type AlarmKind, alarmKinds, alarms } from "../../stacks/alarms.ts";

const page = readFileSync("docs/runbook.md", "utf8");
/** Heading → text. */
const sections = new Map(
  page
    .split(/^## /m)
    .slice(1)
    .map((section) => {
      const [heading = "", ...text] = section.split("\n");
      return [heading, text.join("\n")] as const;
    }),
);

it("the runbook has a section for each kind of alarm, and no other", () => {
  expect([...sections.keys()]).toEqual(Object.keys(alarmKinds));
});

describe.each(Object.entries<AlarmKind>(alarmKinds))("the section %s", (name, kind) => {
  const section = sections.get(name) ?? "";

  it("names its alarms", () => {
    const listed = /^Alarms: ([^*]*)\n\n/.exec(section.trimStart())?.[1] ?? "";
    const expected = alarms.filter((alarm) => alarm.kind === kind).map((alarm) => alarm.name);
    expect(listed.replaceAll(/[`\s]/g, "").split(",")).toEqual(expected);
  });

  it("says what it means, what to look at and what to do", () => {
    const parts = [...section.matchAll(/^\*\*(.+)\*\*/gm)].map(([, part]) => part);
    expect(parts).toEqual(["What it means.", "What to look at.", "What to do."]);
  });
});

it.each(Object.values(queues))("the runbook has the redrive command of $name", ({ name }) => {
  expect(page).toContain(
    `aws sqs start-message-move-task --source-arn "$(arn ${name}-dlq)" --destination-arn "$(arn ${name})"`,
  );
});

it.each(Object.values(streamTriggers))("the runbook tells of $failures.name", ({ failures }) => {
  expect(sections.get("NotEmpty")).toContain(`\`${failures.name}\``);
});
