import { alarmAddress, identityProvider } from "./graph.ts";
import { synthesise } from "./synthesise.ts";

/** Writes the graphs that the tests of this folder read. */
export default async function setup() {
  await Promise.all([
    synthesise("personal", {}),
    synthesise("production", { ...identityProvider, ...alarmAddress }, "--bundle"),
  ]);
}
