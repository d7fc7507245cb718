import document from "../../describe/openapi.json" with { type: "json" };
import { endpoint } from "../endpoint.ts";

const body = JSON.stringify(document);

/** `GET /api/v1/openapi.json`: the API, as OpenAPI 3.1. */
export const getDescription = endpoint({ path: {}, query: {} }, async () => ({
  status: 200,
  body,
  headers: { "cache-control": "public, max-age=300" },
}));
