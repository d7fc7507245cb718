import { httpEvent } from "@attune/local/http/event";
import { matchRoute } from "@attune/local/http/router";
import { describe, expect, it } from "vitest";

const request = {
  method: "POST",
  path: "/my/path",
  query: "parameter1=value1&parameter1=value2&parameter2=value",
  protocol: "HTTP/1.1",
  rawHeaders: [
    ...["Header1", "value1", "header2", "value1", "HEADER2", "value2"],
    ...["Cookie", "cookie1=a; cookie2=b", "User-Agent", "agent", "Host", "id.example.com"],
    ...["Content-Type", "text/plain"],
  ],
  body: Buffer.from("Hello from Lambda"),
  sourceIp: "192.0.2.1",
};
const match = {
  routeKey: "$default",
  function: "fallback",
  pathParameters: { parameter1: "value1" },
};

describe("an HTTP event", () => {
  it("is AWS's documented sample of payload format 2.0", () => {
    expect(httpEvent(request, match, new Date("2020-03-12T19:03:58.390Z"))).toEqual({
      version: "2.0",
      routeKey: "$default",
      rawPath: "/my/path",
      rawQueryString: "parameter1=value1&parameter1=value2&parameter2=value",
      cookies: ["cookie1=a", "cookie2=b"],
      headers: {
        header1: "value1",
        header2: "value1,value2",
        "user-agent": "agent",
        host: "id.example.com",
        "content-type": "text/plain",
      },
      queryStringParameters: { parameter1: "value1,value2", parameter2: "value" },
      requestContext: {
        accountId: "000000000000",
        apiId: "local",
        domainName: "id.example.com",
        domainPrefix: "id",
        http: {
          method: "POST",
          path: "/my/path",
          protocol: "HTTP/1.1",
          sourceIp: "192.0.2.1",
          userAgent: "agent",
        },
        requestId: expect.stringMatching(/^[0-9a-f-]{36}$/),
        routeKey: "$default",
        stage: "$default",
        time: "12/Mar/2020:19:03:58 +0000",
        timeEpoch: 1_584_039_838_390,
      },
      body: "Hello from Lambda",
      pathParameters: { parameter1: "value1" },
      isBase64Encoded: false,
    });
  });

  it.each([
    ["application/json; charset=utf-8", Buffer.from('{"ü":1}'), '{"ü":1}', false],
    ["application/problem+json", Buffer.from("{}"), "{}", false],
    ["application/octet-stream", Buffer.from([0, 255]), "AP8=", true],
    ["application/json", Buffer.from([0x22, 0xff, 0x22]), "Iv8i", true],
  ])("carries a body of %s", (contentType, body, text, isBase64Encoded) => {
    const event = httpEvent({ ...request, body, rawHeaders: ["content-type", contentType] }, match);

    expect([event.body, event.isBase64Encoded]).toEqual([text, isBase64Encoded]);
  });

  it("leaves out what the request does not have", () => {
    const bare = { ...request, query: "", rawHeaders: [], body: Buffer.alloc(0) };
    const event = httpEvent(bare, { ...match, pathParameters: {} });

    for (const absent of ["body", "cookies", "queryStringParameters", "pathParameters"])
      expect(event).not.toHaveProperty(absent);
    expect(event.isBase64Encoded).toBe(false);
  });
});

describe("the router", () => {
  const base = "/api/v1/executions";
  it.each([
    ["GET", base, `GET ${base}`, {}],
    ["GET", `${base}/`, "$default", {}],
    ["GET", `${base}/stats`, `GET ${base}/stats`, {}],
    ["GET", `${base}/7`, `GET ${base}/{id}`, { id: "7" }],
    ["GET", `${base}/a%20b%2Fc`, `GET ${base}/{id}`, { id: "a b/c" }],
    ["GET", `${base}/%zz`, `GET ${base}/{id}`, { id: "%zz" }],
    ["GET", `${base}/status/failed`, `GET ${base}/status/{status}`, { status: "failed" }],
    ["POST", `${base}/7/claim`, `POST ${base}/{id}/claim`, { id: "7" }],
    ["GET", `${base}/status/`, "$default", {}],
    ["GET", `${base}/7/`, "$default", {}],
    ["GET", "/api/v1/openapi.json", "GET /api/v1/openapi.json", {}],
    ["GET", "/docs", "GET /docs", {}],
    ["HEAD", base, "$default", {}],
    ["DELETE", `${base}/7`, "$default", {}],
    ["GET", "/", "$default", {}],
  ])("sends %s %s to %s", (method, path, routeKey, pathParameters) => {
    expect(matchRoute(method, path)).toMatchObject({ routeKey, pathParameters });
  });
});
