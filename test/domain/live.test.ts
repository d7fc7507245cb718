import { ClientMessage } from "@attune/domain/live";
import { expect, it } from "vitest";

it.each([
  ["an action", { type: "subscribe", filter: { action_ref: "a.\ud800" } }],
  ["a pack", { type: "subscribe", filter: { pack_name: "\udc00" } }],
  ["the name of a subscription", { type: "subscribe", id: "\ud83d" }],
  ["a name that there cannot be", { type: "unsubscribe", id: "\ud83d" }],
])("refuses half of a character in %s", (_, message) => {
  expect(ClientMessage.safeParse(message).error?.issues).toMatchObject([
    { message: "must not have half of a surrogate pair" },
  ]);
});

it("takes characters beyond the first plane", () => {
  const message = { type: "subscribe", id: "😀", filter: { action_ref: "😀.a", pack_name: "😀" } };
  expect(ClientMessage.parse(message)).toMatchObject(message);
});
