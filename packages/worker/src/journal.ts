/**
 * The log of one execution, as its worker keeps it: lines wait until the service has them. Writing one takes no time and
 * cannot fail; what the service does not take in time is dropped, and said.
 */
import type { LogLine, LogStream } from "@attune/domain/logs";
import { logLimits } from "@attune/topology/logs";
import type { Answer } from "./transport.ts";

/** How long a line waits for others. */
const FLUSH_MS = 1_000;
/** What does not wait for more: some 60 KB when the service has packed it. */
const BATCH_BYTES = 262_144;
/** What waits at most. */
const WAITING_LINES = 20_000;
const WAITING_BYTES = 4_194_304;

/** Characters that fit a line in any script: four bytes each at most. */
const pieces = new RegExp(`.{1,${logLimits.lineBytes / 4}}`, "gsu");

/** The lines of a text; one that is too long goes on in the next. */
function linesOf(text: string): string[] {
  return text
    .replace(/\r?\n$/, "")
    .split(/\r?\n/)
    .flatMap((line) =>
      Buffer.byteLength(line) <= logLimits.lineBytes ? [line] : (line.match(pieces) ?? []),
    );
}

type Line = Omit<LogLine, "seq">;
const bytesOf = ({ text }: Line) => Buffer.byteLength(text);

export interface Journal {
  write(stream: LogStream, text: string): void;
  /** Takes no more lines, and resolves once the service has those that wait, or `signal` aborts. Never rejects. */
  close(signal: AbortSignal): Promise<void>;
}

/**
 * @param append makes a call until it is answered; throws once the signal aborts
 * @param onLoss hears of lines that are dropped because the service does not take them
 */
export function openJournal(
  append: (
    lines: readonly LogLine[],
    signal: AbortSignal,
  ) => Promise<Answer<{ readonly truncated: boolean }>>,
  onLoss: (error: Error) => void,
): Journal {
  const end = new AbortController();
  let waiting: Line[] = [];
  let bytes = 0;
  let dropped = 0;
  let nextSeq = 1;
  let isOpen = true;
  let timer: NodeJS.Timeout | undefined;
  let sending: Promise<void> | undefined;

  function push(stream: LogStream, text: string) {
    const line = { stream, time: new Date().toISOString(), text };
    waiting.push(line);
    bytes += bytesOf(line);
  }

  function sayDropped() {
    if (dropped > 0) push("stderr", `${dropped} lines are missing here: they came too fast`);
    dropped = 0;
  }

  function takeBatch(): LogLine[] {
    let size = 0;
    const past = waiting.findIndex((line, at) => {
      size += bytesOf(line);
      return at === logLimits.batchLines || size > BATCH_BYTES;
    });
    const batch = waiting.splice(0, past === -1 ? waiting.length : past);
    bytes -= batch.reduce((sum, line) => sum + bytesOf(line), 0);
    return batch.map((line, at) => ({ seq: nextSeq + at, ...line }));
  }

  /** Nothing is written any more, and nothing waits. */
  function stop() {
    isOpen = false;
    waiting = [];
  }

  async function sendAll(): Promise<void> {
    while (waiting.length > 0) {
      const batch = takeBatch();
      try {
        const answer = await append(batch, end.signal);
        if (answer.is !== "accepted") throw new Error(answer.reason);
        nextSeq += batch.length;
        if (answer.value.truncated) stop();
      } catch (cause) {
        const lines = batch.length + waiting.length;
        stop();
        onLoss(new Error(`${lines} lines of the log were not written`, { cause }));
      }
    }
    sending = undefined;
  }

  function flush() {
    clearTimeout(timer);
    timer = undefined;
    if (waiting.length > 0) sending ??= sendAll();
  }

  return {
    write(stream, text) {
      if (!isOpen) return;
      for (const line of linesOf(text)) {
        if (waiting.length >= WAITING_LINES || bytes >= WAITING_BYTES) {
          dropped++;
          continue;
        }
        sayDropped();
        push(stream, line);
      }
      if (waiting.length >= logLimits.batchLines || bytes >= BATCH_BYTES) flush();
      else timer ??= setTimeout(flush, FLUSH_MS);
    },
    async close(signal) {
      if (isOpen) sayDropped();
      isOpen = false;
      const abort = () => end.abort(signal.reason);
      signal.addEventListener("abort", abort, { once: true });
      flush();
      await sending;
      signal.removeEventListener("abort", abort);
    },
  };
}
