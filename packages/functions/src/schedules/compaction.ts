/** Brings search segments together by time: see docs/adr/0013-search-segments.md. */
import { compactSegments } from "@attune/store/search/compact-segments";
import middy from "@middy/core";
import type { ScheduledEvent } from "aws-lambda";
import { store } from "../resources.ts";

export const handler = middy<ScheduledEvent, void>().handler(() => compactSegments(store));
