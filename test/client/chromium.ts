import binary from "@sparticuz/chromium";
import { build } from "esbuild";
import { chromium } from "playwright-core";

/** What the page is given: the client and the cases, as a browser gets them. */
const script = `
  import { cases, runCase } from "./everywhere.ts";
  globalThis.run = (name, url) => runCase(cases[name], url);
`;

/** Opens a page of the API's own origin that can run the cases. */
export async function openChromium(api: string) {
  const { outputFiles } = await build({
    stdin: { contents: script, resolveDir: import.meta.dirname },
    bundle: true,
    format: "iife",
    platform: "browser",
    write: false,
  });
  const browser = await chromium.launch({
    executablePath: await binary.executablePath(),
    args: binary.args,
  });
  const page = await browser.newPage();
  await page.goto(`${api}/local/resources`);
  await page.addScriptTag({ content: outputFiles[0]?.text ?? "" });
  return {
    async run(name: string): Promise<unknown> {
      const text = await page.evaluate(`run(${JSON.stringify(name)}, ${JSON.stringify(api)})`);
      return JSON.parse(String(text));
    },
    close: () => browser.close(),
  };
}
