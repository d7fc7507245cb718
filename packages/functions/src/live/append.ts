import { createAudience } from "@attune/store/live/audience";
import { createAppend } from "@attune/store/live/log";
import { store } from "../resources.ts";

/** One writer of the live log for each instance of a function: it remembers where the log is. */
export const append = createAppend(store);

/** Whoever listens, as far as this instance knows. */
export const audience = createAudience(store);
