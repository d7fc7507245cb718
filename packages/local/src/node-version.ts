/** What runs TypeScript as it is. */
const needed = [22, 18] as const;

/** Throws, with the remedy, when `version` ("24.21.0") is too old to run the project. */
export function assertNodeVersion(version: string): void {
  const [major = 0, minor = 0] = version.split(".").map(Number);
  if (major > needed[0] || (major === needed[0] && minor >= needed[1])) return;
  throw new Error(
    `Node ${version} is too old: ${needed.join(".")} or newer is needed; run \`npm ci\` and \`npm start\`, or install Node 24`,
  );
}
