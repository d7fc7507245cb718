import { Logger } from "@aws-lambda-powertools/logger";

/** JSON lines; `POWERTOOLS_LOG_LEVEL` sets what is kept. */
export const logger = new Logger({ serviceName: "executions" });
