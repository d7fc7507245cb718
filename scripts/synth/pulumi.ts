/** An engine that creates nothing: it answers as AWS would and keeps what it was asked for. */

/** The part of `@pulumi/pulumi` that is used here. */
export interface Pulumi {
  readonly runtime: {
    setMocks(
      mocks: Mocks,
      project: string,
      stack: string,
      preview: boolean,
      organization: string,
    ): Promise<void>;
    runInPulumiStack(program: () => Promise<unknown>): Promise<unknown>;
    registerStackTransformation(
      transformation: (resource: {
        type: string;
        name: string;
        opts: { retainOnDelete?: boolean };
      }) => undefined,
    ): void;
  };
}

type Values = Record<string, unknown>;

interface Mocks {
  newResource(args: { type: string; name: string; inputs: Values }): { id: string; state: Values };
  call(args: { token: string; inputs: Values }): Values;
}

export interface Resource {
  readonly type: string;
  readonly name: string;
  readonly arn: string;
  readonly inputs: Values;
  readonly retainOnDelete: boolean;
}

const account = "123456789012";
const region = "eu-west-1";
const arn = (service: string, path: unknown) => `arn:aws:${service}:${region}:${account}:${path}`;

/** How Pulumi marks a secret where it hands it to the engine: beside the value, under this key. */
const secretMark = "4dabf18193072939515e22adb298388d";

/** The inputs with their secrets in the clear: here they are made up. */
const revealed = (inputs: Values): Values =>
  Object.fromEntries(
    Object.entries(inputs).map(([name, value]) => {
      const { value: secret, ...mark } = Object(value);
      return [name, secretMark in mark ? secret : value];
    }),
  );

/** Resource type → what AWS makes up for it, beside its inputs. */
const computed: Record<string, (name: string, inputs: Values) => Values> = {
  "aws:lambda/function:Function": (_, { name }) => ({ arn: arn("lambda", `function:${name}`) }),
  "aws:dynamodb/table:Table": (_, { name }) => ({
    arn: arn("dynamodb", `table/${name}`),
    streamArn: arn("dynamodb", `table/${name}/stream/1`),
  }),
  "aws:sqs/queue:Queue": (_, { name }) => ({
    arn: arn("sqs", name),
    url: `https://sqs.${region}.amazonaws.com/${account}/${name}`,
  }),
  "aws:cloudwatch/logGroup:LogGroup": (_, { name }) => ({ arn: arn("logs", `log-group:${name}`) }),
  "aws:iam/role:Role": (_, { name }) => ({ arn: `arn:aws:iam::${account}:role/${name}` }),
  "aws:apigatewayv2/api:Api": (name) => ({
    apiEndpoint: `https://${name.toLowerCase()}.execute-api.${region}.amazonaws.com`,
    executionArn: arn("execute-api", name),
  }),
  "random:index/randomBytes:RandomBytes": () => ({ base64: Buffer.alloc(32).toString("base64") }),
};

const calls: Record<string, (inputs: Values) => Values> = {
  "aws:index/getRegion:getRegion": () => ({ region }),
  "aws:index/getPartition:getPartition": () => ({ partition: "aws" }),
  "aws:index/getCallerIdentity:getCallerIdentity": () => ({ accountId: account }),
  "aws:iam/getPolicyDocument:getPolicyDocument": ({ statements }) => ({
    statements,
    json: JSON.stringify({ statements }),
  }),
};

export interface Recorder {
  readonly mocks: Mocks;
  /** Called for a resource before it is created. */
  retain(type: string, name: string): void;
  resources(): Resource[];
}

export function createRecorder(fail: (error: Error) => void): Recorder {
  const created: Omit<Resource, "retainOnDelete">[] = [];
  const retained = new Set<string>();
  const key = (type: string, name: string) => `${type}::${name}`;
  return {
    mocks: {
      newResource({ type, name, inputs: { __provider, ...inputs } }) {
        const state = { arn: arn("mock", name), ...inputs, ...computed[type]?.(name, inputs) };
        created.push({ type, name, arn: state.arn, inputs: revealed(inputs) });
        return { id: `${name}-id`, state };
      },
      call({ token, inputs }) {
        const answer = calls[token];
        // Pulumi would drop the message of an error that is thrown here.
        if (!answer) fail(new Error(`The stacks call ${token}, which scripts/synth does not know`));
        return answer?.(inputs) ?? {};
      },
    },
    retain: (type, name) => retained.add(key(type, name)),
    resources: () =>
      created
        .map((resource) => ({
          ...resource,
          retainOnDelete: retained.has(key(resource.type, resource.name)),
        }))
        .sort((a, b) => key(a.type, a.name).localeCompare(key(b.type, b.name))),
  };
}
