import { defineConfig } from "vitest/config";

/** A project for each kind of test, so that one can be run alone: `npx vitest run --project store`. */
const project = (
  name: string,
  more: { globalSetup?: string[]; setupFiles?: string[]; hookTimeout?: number } = {},
) => ({
  extends: true as const,
  test: { name, include: [`test/${name}/**/*.test.ts`], ...more },
});

export default defineConfig({
  test: {
    pool: "forks",
    // Every file that needs engines starts its own, on ports of its own.
    maxWorkers: 3,
    testTimeout: 60_000,
    hookTimeout: 60_000,
    projects: [
      project("architecture"),
      project("topology"),
      project("domain"),
      project("store"),
      project("functions"),
      project("model"),
      project("faults"),
      project("worker"),
      project("client"),
      project("local"),
      project("infra", { globalSetup: ["test/infra/global-setup.ts"] }),
      project("docs"),
      project("seed"),
      project("bench"),
      project("e2e", { setupFiles: ["test/fixtures/described-answers.ts"] }),
      project("live"),
      project("chaos"),
    ],
  },
});
