/**
 * Lets whoever has a token connect to the WebSocket: the tokens that the HTTP API takes, for the scope that reads. The
 * header is `Authorization`; a browser, which cannot set it, gives the query parameter `access_token`.
 */
import { liveScope } from "@attune/topology/live";
import middy from "@middy/core";
import type { APIGatewayAuthorizerResult } from "aws-lambda";
import { createRemoteJWKSet, errors, jwtVerify } from "jose";
import * as z from "zod";
import { logger } from "../logger.ts";

const Environment = z.object({ AUTH_ISSUER: z.url(), AUTH_AUDIENCE: z.string().min(1) });

/** https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-websocket-api-lambda-auth.html */
const Event = z.object({
  methodArn: z.string(),
  headers: z.record(z.string(), z.string()).nullish(),
  queryStringParameters: z.record(z.string(), z.string()).nullish(),
});

/** To API Gateway it is 401, and any other error 500. */
class Unauthorized extends Error {
  constructor(cause?: unknown) {
    super("Unauthorized", { cause });
  }
}

const Metadata = z.object({ jwks_uri: z.url() });

/** The keys of the issuer, found as API Gateway finds them: https://openid.net/specs/openid-connect-discovery-1_0.html */
async function findKeys(issuer: string) {
  const place = `${issuer.replace(/\/$/, "")}/.well-known/openid-configuration`;
  const answer = await fetch(place, { signal: AbortSignal.timeout(3_000) });
  if (!answer.ok) throw new Error(`${place} answers ${answer.status}`);
  return createRemoteJWKSet(new URL(Metadata.parse(await answer.json()).jwks_uri));
}

let keys: ReturnType<typeof findKeys> | undefined;

async function keysOf(issuer: string) {
  keys ??= findKeys(issuer);
  try {
    return await keys;
  } catch (error) {
    keys = undefined;
    throw error;
  }
}

function tokenOf({ headers, queryStringParameters }: z.infer<typeof Event>): string | undefined {
  const given = Object.entries(headers ?? {}).find(([name]) => /^authorization$/i.test(name));
  const token = given?.[1] ?? queryStringParameters?.access_token;
  return token?.replace(/^Bearer /i, "");
}

/** What a token claims. An audience may be named as the HTTP API takes it: `aud`, or without one `client_id`. */
const Claims = z.object({
  sub: z.string().optional(),
  aud: z.union([z.string(), z.array(z.string())]).optional(),
  client_id: z.string().optional(),
  scope: z.string().optional(),
  scp: z.union([z.string(), z.array(z.string())]).optional(),
});

/** Whether an error is of the issuer, who did not show his keys, and not of the token. */
const isOfIssuer = (error: unknown) =>
  !(error instanceof errors.JOSEError) ||
  error instanceof errors.JWKSTimeout ||
  error.code === errors.JOSEError.code;

async function verify(token: string): Promise<z.infer<typeof Claims>> {
  const { AUTH_ISSUER: issuer, AUTH_AUDIENCE: audience } = Environment.parse(process.env);
  const key = await keysOf(issuer);
  // What the JWT authorizer of an HTTP API takes: RSA alone.
  const algorithms = ["RS256", "RS384", "RS512"];
  const options = { issuer, algorithms, requiredClaims: ["exp"] };
  const { payload } = await jwtVerify(token, key, options).catch((error: unknown) => {
    throw isOfIssuer(error) ? error : new Unauthorized(error);
  });
  const claims = Claims.safeParse(payload).data;
  if (claims === undefined || ![claims.aud ?? claims.client_id].flat().includes(audience))
    throw new Unauthorized();
  return claims;
}

const scopesOf = ({ scope, scp }: z.infer<typeof Claims>): string[] =>
  [scope ?? scp ?? []].flat().flatMap((text) => text.split(" "));

export const handler = middy<unknown, APIGatewayAuthorizerResult>().handler(async (received) => {
  const event = Event.parse(received);
  const token = tokenOf(event);
  if (token === undefined) throw new Unauthorized();
  const claims = await verify(token);
  const Effect = scopesOf(claims).includes(liveScope) ? "Allow" : "Deny";
  if (Effect === "Deny") logger.info("A token lacks the scope", { subject: claims.sub });
  return {
    principalId: claims.sub ?? claims.client_id ?? "somebody",
    policyDocument: {
      Version: "2012-10-17",
      Statement: [{ Action: "execute-api:Invoke", Effect, Resource: event.methodArn }],
    },
  };
});
