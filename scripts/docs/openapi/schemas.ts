/** The schemas of the description: zod's own JSON Schema of those that serve. */
import * as answers from "@attune/domain/answers";
import { ErrorBody } from "@attune/domain/error-body";
import { Status } from "@attune/domain/lifecycle";
import { LogLine, LogStream } from "@attune/domain/logs";
import { ExecutionRequest } from "@attune/domain/request";
import { RetryPolicy } from "@attune/domain/retry-policy";
import { Execution, Summary } from "@attune/domain/view";
import { HoldBody } from "@attune/functions/http/hold";
import { AppendBody } from "@attune/functions/http/routes/append-logs";
import { FinishBody } from "@attune/functions/http/routes/finish-execution";
import { nameSchemas } from "../schemas.ts";
import { GatewayError } from "./refusals.ts";

export const { schemas, referTo } = nameSchemas({
  ExecutionAnswer: answers.ExecutionAnswer,
  ListAnswer: answers.ListAnswer,
  StatsAnswer: answers.StatsAnswer,
  HistoryAnswer: answers.HistoryAnswer,
  TreeAnswer: answers.TreeAnswer,
  HeartbeatAnswer: answers.HeartbeatAnswer,
  AppendAnswer: answers.AppendAnswer,
  LogsAnswer: answers.LogsAnswer,
  ExecutionRequest,
  Hold: HoldBody,
  Finish: FinishBody,
  Append: AppendBody,
  Execution,
  Summary,
  Pagination: answers.Pagination,
  LogLine,
  LogStream,
  LogPagination: answers.LogPagination,
  Stats: answers.StatsNow,
  StatsOverTime: answers.StatsOverTime,
  GroupRow: answers.GroupRow,
  StatusRow: answers.StatusRow,
  HistoryEntry: answers.HistoryEntry,
  TreeNode: answers.TreeNode,
  TreeCounts: answers.TreeCounts,
  RetryPolicy,
  Status,
  Error: ErrorBody,
  GatewayError,
});
