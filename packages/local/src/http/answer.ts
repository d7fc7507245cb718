import { STATUS_CODES } from "node:http";
import * as z from "zod";

/** What a function answers, payload format 2.0. */
const result = z.object({
  statusCode: z.int().min(200).max(599),
  headers: z.record(z.string(), z.union([z.string(), z.number(), z.boolean()])).optional(),
  cookies: z.array(z.string()).optional(),
  body: z.string().optional(),
  isBase64Encoded: z.boolean().optional(),
});

export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[]>>;
  readonly body: Buffer;
}

/** Throws when the function's result is none of payload format 2.0. */
export function parseAnswer(value: unknown): Answer {
  const { statusCode, headers = {}, cookies, body = "", isBase64Encoded } = result.parse(value);
  return {
    status: statusCode,
    headers: {
      "content-type": "application/json",
      ...Object.fromEntries(
        Object.entries(headers).map(([name, text]) => [name.toLowerCase(), String(text)]),
      ),
      ...(cookies !== undefined && { "set-cookie": cookies }),
    },
    body: Buffer.from(body, isBase64Encoded ? "base64" : "utf8"),
  };
}

export function jsonAnswer(status: number, body: unknown): Answer {
  return {
    status,
    headers: { "content-type": "application/json" },
    body: Buffer.from(JSON.stringify(body)),
  };
}

/** An error in the shape of all errors of the service. */
export function errorAnswer(status: number, error: string): Answer {
  return jsonAnswer(status, { error, status });
}

/** The answer as bytes, for a connection on which no request could be read. */
export function rawAnswer({ status, headers, body }: Answer): Buffer {
  const lines = [
    `HTTP/1.1 ${status} ${STATUS_CODES[status]}`,
    ...Object.entries(headers).map(([name, value]) => `${name}: ${value}`),
    `content-length: ${body.length}`,
    "connection: close",
  ];
  return Buffer.concat([Buffer.from(`${lines.join("\r\n")}\r\n\r\n`), body]);
}
