import document from "../../describe/openapi.json" with { type: "json" };
import { referencePage } from "../../describe/page.ts";
import { endpoint } from "../endpoint.ts";

const body = referencePage(document);

/** `GET /docs`: the description as a page. It loads nothing and runs nothing. */
export const getReference = endpoint({ path: {}, query: {} }, async () => ({
  status: 200,
  body,
  headers: {
    "content-type": "text/html; charset=utf-8",
    "cache-control": "public, max-age=300",
    "content-security-policy": "default-src 'none'; style-src 'unsafe-inline'",
  },
}));
