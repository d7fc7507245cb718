import { exportJWK, generateKeyPair, SignJWT, UnsecuredJWT } from "jose";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import * as z from "zod";
import { serveLoopback } from "../fixtures/loopback.ts";

const methodArn = "arn:aws:execute-api:eu-west-1:123456789012:live/$default/$connect";
const Answer = z.object({
  principalId: z.string(),
  policyDocument: z.object({
    Version: z.literal("2012-10-17"),
    Statement: z.tuple([
      z.object({
        Action: z.literal("execute-api:Invoke"),
        Effect: z.enum(["Allow", "Deny"]),
        Resource: z.literal(methodArn),
      }),
    ]),
  }),
});

const keys = await generateKeyPair("RS256");
const others = await generateKeyPair("RS256");
const elliptic = await generateKeyPair("ES256");

/** An issuer that shows two of the keys. */
const provider = await serveLoopback(async (request, response) => {
  const paths: Record<string, object> = {
    "/.well-known/openid-configuration": { issuer, jwks_uri: `${issuer}jwks` },
    "/jwks": {
      keys: [
        { ...(await exportJWK(keys.publicKey)), kid: "one", alg: "RS256" },
        { ...(await exportJWK(elliptic.publicKey)), kid: "curve", alg: "ES256" },
      ],
    },
  };
  const answer = isUp ? paths[request.url ?? ""] : undefined;
  response.statusCode = answer === undefined ? 503 : 200;
  response.end(JSON.stringify(answer ?? {}));
});
let isUp = false;
const issuer = `${provider.url}/`;
let invoke: (event: unknown) => Promise<unknown>;

beforeAll(async () => {
  Object.assign(process.env, { AUTH_ISSUER: issuer, AUTH_AUDIENCE: "executions" });
  process.env.POWERTOOLS_LOG_LEVEL = "SILENT";
  const { handler } = await import("@attune/functions/live/authorize");
  invoke = async (event) => Reflect.apply(handler, undefined, [event, {}]);
});
afterAll(() => provider.stop());

const now = () => Math.floor(Date.now() / 1_000);
const claims = () => ({
  ...{ iss: issuer, aud: "executions", sub: "somebody", exp: now() + 60 },
  scope: "openid executions:read",
});

const sign = (
  payload: object,
  { privateKey } = keys,
  header: { alg: string; kid?: string } = { alg: "RS256", kid: "one" },
) => new SignJWT({ ...payload }).setProtectedHeader(header).sign(privateKey);

async function effectOf(event: object): Promise<string> {
  const answer = Answer.parse(await invoke({ type: "REQUEST", methodArn, ...event }));
  return answer.policyDocument.Statement[0].Effect;
}
const bearing = (token: string) => ({ headers: { Authorization: `Bearer ${token}` } });

it("fails, and does not refuse, while the issuer does not show its keys", async () => {
  await expect(effectOf(bearing(await sign(claims())))).rejects.toThrow("503");
  isUp = true;
  expect(await effectOf(bearing(await sign(claims())))).toBe("Allow");
});

describe("a token is taken", () => {
  it.each([
    ["in the header", (token: string) => bearing(token)],
    ["in another case", (token: string) => ({ headers: { authorization: `bearer ${token}` } })],
    ["in the query", (token: string) => ({ queryStringParameters: { access_token: token } })],
  ])("%s", async (_, event) => {
    expect(await effectOf({ headers: {}, ...event(await sign(claims())) })).toBe("Allow");
  });

  it.each([
    ["for several audiences", { aud: ["others", "executions"] }],
    ["with a client in place of an audience", { aud: undefined, client_id: "executions" }],
    ["with its scopes as a list", { scope: undefined, scp: ["executions:read"] }],
  ])("%s", async (_, more) => {
    expect(await effectOf(bearing(await sign({ ...claims(), ...more })))).toBe("Allow");
  });
});

it.each([
  ["another scope", { scope: "executions:write" }],
  ["a scope that begins like it", { scope: "executions:reader" }],
  ["no scope", { scope: undefined }],
])("a token with %s is denied", async (_, more) => {
  expect(await effectOf(bearing(await sign({ ...claims(), ...more })))).toBe("Deny");
});

describe("nobody is let in", () => {
  it.each([
    ["of another issuer", { iss: "https://elsewhere.example.com/" }],
    ["for another audience", { aud: "others" }],
    ["for another audience, whatever the client", { aud: "others", client_id: "executions" }],
    ["for no audience", { aud: undefined }],
    ["that has expired", { exp: now() - 120 }],
    ["that never expires", { exp: undefined }],
    ["that is not valid yet", { nbf: now() + 120 }],
    ["whose scope is none", { scope: 7 }],
  ])("with a token %s", async (_, more) => {
    const token = await sign({ ...claims(), ...more });
    await expect(effectOf(bearing(token))).rejects.toThrow(/^Unauthorized$/);
  });

  it.each([
    ["signed by somebody else", () => sign(claims(), others)],
    ["of a key that is not shown", () => sign(claims(), others, { alg: "RS256", kid: "two" })],
    ["signed in another way", () => sign(claims(), elliptic, { alg: "ES256", kid: "curve" })],
    ["that is not signed", async () => new UnsecuredJWT(claims()).encode()],
    ["that is none", async () => "a.b.c"],
    ["that is empty", async () => ""],
  ])("with a token %s", async (_, make) => {
    await expect(effectOf(bearing(await make()))).rejects.toThrow(/^Unauthorized$/);
  });

  it("without a token", async () => {
    await expect(effectOf({ headers: {}, queryStringParameters: null })).rejects.toThrow(
      /^Unauthorized$/,
    );
  });
});
