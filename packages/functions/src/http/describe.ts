/** The Lambda of the description: of the API for programs, and for people. */
import type { RoutesOf } from "@attune/topology/routes";
import type { Endpoint } from "./endpoint.ts";
import { getDescription } from "./routes/get-description.ts";
import { getReference } from "./routes/get-reference.ts";
import { serve } from "./serve.ts";

export const handler = serve({
  getDescription,
  getReference,
} satisfies Record<RoutesOf<"describe">, Endpoint>);
