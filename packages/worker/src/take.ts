/** What a worker does with a delivery of a message, whatever is in it. */
import { ExecutionScheduled } from "@attune/domain/messages";
import type { Context } from "./context.ts";
import { type Ending, execute } from "./execute.ts";
import type { Delivery } from "./queue.ts";

/** Messages by id: the last delivery of each, whose handle is the one that counts. */
type Messages = Map<string, Delivery>;

const FIRST_RETURN_SECONDS = 5;
const LONGEST_RETURN_SECONDS = 300;

/** Takes deliveries; a second one of an execution that is being run joins the first. Never rejects. */
export function createTaker(context: Context): (delivery: Delivery) => Promise<void> {
  const { queue, emit, stopping, halt } = context;
  const running = new Map<string, Messages>();

  async function attempt(
    during: "extend" | "delete" | "return",
    { messageId }: Delivery,
    work: Promise<void>,
  ): Promise<boolean> {
    try {
      await work;
      return true;
    } catch (error) {
      emit({ type: "error", during, messageId, error });
      return false;
    }
  }

  const removeOne = async (one: Delivery) => void (await attempt("delete", one, queue.remove(one)));

  /** Seconds until a message that nobody has claimed comes back: at once where this worker takes no more. */
  function returnOf({ receives }: Delivery): number {
    if (stopping.aborted) return 0;
    const longest = Math.min(LONGEST_RETURN_SECONDS, FIRST_RETURN_SECONDS * 2 ** (receives - 1));
    return Math.ceil(longest * (0.5 + Math.random() / 2));
  }

  async function giveBack(one: Delivery, seconds: number) {
    if (await attempt("return", one, queue.hide(one, seconds)))
      emit({ type: "returned", messageId: one.messageId, seconds });
  }

  async function extend(messages: Messages): Promise<boolean> {
    const extended = [...messages.values()].map((one) =>
      attempt("extend", one, queue.hide(one, context.visibilitySeconds)),
    );
    return (await Promise.all(extended)).every(Boolean);
  }

  function parse({ body, messageId }: Delivery) {
    try {
      return ExecutionScheduled.parse(JSON.parse(body)).payload;
    } catch (error) {
      emit({ type: "error", during: "parse", messageId, error });
      return undefined;
    }
  }

  async function settle(payload: ExecutionScheduled["payload"], messages: Messages) {
    try {
      return await execute(context, payload, () => extend(messages));
    } catch (error) {
      const id = payload.execution_id;
      if (!halt.aborted) emit({ type: "error", during: "run", id, error });
      return "held";
    }
  }

  const after: Record<Ending, (one: Delivery) => Promise<void>> = {
    settled: removeOne,
    left: (one) => giveBack(one, returnOf(one)),
    // Whoever got it sooner would be refused, and delete what is to tell of the lapsed claim.
    held: (one) => giveBack(one, context.visibilitySeconds),
  };

  return async (delivery): Promise<void> => {
    const { messageId, receives } = delivery;
    emit({ type: "received", messageId, receives });
    const payload = stopping.aborted ? undefined : parse(delivery);
    if (payload === undefined) return after.left(delivery);
    const key = `${payload.execution_id}#${payload.attempt}`;
    const known = running.get(key);
    if (known) return void known.set(messageId, delivery);

    const messages: Messages = new Map([[messageId, delivery]]);
    running.set(key, messages);
    const ending = await settle(payload, messages);
    running.delete(key);
    await Promise.all([...messages.values()].map(after[ending]));
  };
}
