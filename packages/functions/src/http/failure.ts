/** What a client is told of an error: ours as it says, AWS being away as 503, all else as 500. */
import type { ErrorBody } from "@attune/domain/error-body";
import { ServiceError } from "@attune/domain/errors";
import { isServerError, isThrottlingError, isTransientError } from "@smithy/core/retry";

type SdkError = Parameters<typeof isTransientError>[0];
const isSdkError = (value: unknown): value is SdkError => value instanceof Error;

/** Whether an error of an AWS client, after its own tries, says that the service was not there. */
const isUnavailable = (error: unknown) =>
  isSdkError(error) &&
  (isThrottlingError(error) || isTransientError(error) || isServerError(error));

export function explainFailure(error: unknown): ErrorBody {
  if (error instanceof ServiceError) return error.toBody();
  if (isUnavailable(error)) {
    return { error: "The service is not available for the moment; try again", status: 503 };
  }
  return { error: "The service failed to answer; the failure is logged", status: 500 };
}
