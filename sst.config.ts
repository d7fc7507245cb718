/// <reference path="./.sst/platform/config.d.ts" />

export default $config({
  async app(input) {
    const { settingsOf } = await import("./stacks/settings.ts");
    const { keepData } = settingsOf(input.stage);
    return {
      name: "attune-executions",
      home: "aws",
      removal: keepData ? "retain" : "remove",
      protect: keepData,
      providers: { aws: {} },
    };
  },
  async run() {
    const { createStack } = await import("./stacks/stack.ts");
    return createStack($app.stage);
  },
});
