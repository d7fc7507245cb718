import { describe, expect, it } from "vitest";
import { alarmAddressOf, authOf, settingsOf } from "../../stacks/settings.ts";
import { identityProvider, readGraph } from "./graph.ts";
import { synthesise } from "./synthesise.ts";

describe("a stage says who may call its API", () => {
  it("does not synthesise without, and says why", { timeout: 60_000 }, async () => {
    await expect(synthesise("production", {})).rejects.toMatchObject({
      code: 1,
      stderr: expect.stringContaining(
        'Stage "production" does not say who may call its API: set AUTH_ISSUER',
      ),
    });
  });

  it.each(["production", "staging", "somebody"])("%s has no provider of its own", (stage) => {
    expect(() => authOf(stage, {})).toThrow(`Stage "${stage}" does not say who may call its API`);
  });

  it.each([
    { AUTH_ISSUER: identityProvider.AUTH_ISSUER },
    { AUTH_AUDIENCE: identityProvider.AUTH_AUDIENCE },
    { ...identityProvider, AUTH_ISSUER: "http://identity.example.com/" },
    { AUTH_ISSUER: "", AUTH_AUDIENCE: "" },
  ])("%o is not enough", (environment) => {
    expect(() => authOf("production", environment)).toThrow(/AUTH_ISSUER.*AUTH_AUDIENCE/);
  });

  it("takes issuer and audience from the environment", () => {
    expect(authOf("production", identityProvider)).toEqual({
      issuer: "https://identity.example.com/",
      audience: "executions",
    });
  });

  it("takes none where the settings say none", () => {
    expect(authOf("personal", identityProvider)).toBe("none");
  });
});

describe("a stage that asks for tokens is given its secrets", () => {
  it("does not synthesise without, and says how", { timeout: 120_000 }, async () => {
    const environment = { ...identityProvider, SST_SECRET_CursorSecret: undefined };
    await expect(synthesise("somebody", environment)).rejects.toMatchObject({
      code: 1,
      stderr: expect.stringContaining("sst secret set CursorSecret"),
    });
  });
});

describe("a stage with alarms says who hears of them", () => {
  it("does not synthesise without, and says why", { timeout: 60_000 }, async () => {
    await expect(synthesise("production", identityProvider)).rejects.toMatchObject({
      code: 1,
      stderr: expect.stringContaining(
        'Stage "production" does not say who hears of its alarms: set ALARM_ADDRESS',
      ),
    });
  });

  it.each(["", "on-call", "http://alarms.example.com/", "a@b@c"])("%j is nobody", (address) => {
    expect(() => alarmAddressOf("staging", { ALARM_ADDRESS: address })).toThrow("ALARM_ADDRESS");
  });

  it.each([
    ["on-call@example.com", "email"],
    ["https://alarms.example.com/hook?team=7", "https"],
  ])("%s is told by %s", (endpoint, protocol) => {
    for (const stage of ["staging", "production"])
      expect(alarmAddressOf(stage, { ALARM_ADDRESS: endpoint })).toEqual({ protocol, endpoint });
  });

  it.each(["personal", "somebody"])("%s has none", (stage) => {
    expect(alarmAddressOf(stage, { ALARM_ADDRESS: "on-call@example.com" })).toBeUndefined();
  });
});

it("keeps and protects what production holds, and only that", () => {
  expect(readGraph("production").app).toMatchObject({ removal: "retain", protect: true });
  expect(readGraph("personal").app).toMatchObject({ removal: "remove", protect: false });
});

it.each(["production", "staging", "personal", "somebody"])(
  "%s keeps a line for longer than a run may be silent, so that a log knows where it ends",
  (stage) => {
    const longestRunDays = 14;
    expect(settingsOf(stage).logDays ?? Number.POSITIVE_INFINITY).toBeGreaterThan(longestRunDays);
  },
);
