/** What every client and handler of the local stack uses: the engines take any credentials. */
export const region = "us-east-1";
export const credentials = { accessKeyId: "local", secretAccessKey: "local" };

/** Configuration of an SDK client for the server at `endpoint`. */
export function clientConfig(endpoint: string) {
  return { endpoint, region, credentials };
}
