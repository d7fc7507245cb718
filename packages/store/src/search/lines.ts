/**
 * What a search needs to know of an execution that is final, a line, and the bytes of many: their facts as JSON,
 * then their texts one after the other, deflated. See docs/adr/0013-search-segments.md.
 */
import { deflateRawSync, inflateRawSync } from "node:zlib";
import type { Facts } from "@attune/domain/filter";
import { Status } from "@attune/domain/lifecycle";
import { Integer } from "@attune/domain/numbers";
import * as z from "zod/mini";

/** Nothing of it changes any more. */
export interface Line extends Omit<Facts, "result"> {
  readonly id: number;
  readonly status: Status;
  readonly action_ref: string;
  readonly enforcement: number | null;
  readonly parent: number | null;
  readonly executor: number | null;
  readonly original_execution: number | null;
  /** The result's JSON text in lower case; `null` without a result, and where that is elsewhere. */
  readonly text: string | null;
  /** Bytes of a result that is too large to be here; 0 where none is. */
  readonly elsewhere: number;
}

const Maybe = z.nullable(Integer);

const Packed = z.tuple([
  /** Beyond the id before. */
  Integer,
  Status,
  z.string(),
  Maybe,
  Maybe,
  Maybe,
  Maybe,
  /** UTF-16 units of the text. */
  Maybe,
  Integer,
]);

/** Lines as bytes: some 70 for a result of 250, where a few hundred go together. */
export function pack(lines: readonly Line[]): Uint8Array {
  const facts = lines.map(
    (line, at): z.infer<typeof Packed> => [
      line.id - (lines[at - 1]?.id ?? 0),
      line.status,
      line.action_ref,
      line.enforcement,
      line.parent,
      line.executor,
      line.original_execution,
      line.text?.length ?? null,
      line.elsewhere,
    ],
  );
  const texts = lines.map(({ text }) => text ?? "").join("");
  return deflateRawSync(`${JSON.stringify(facts)}\n${texts}`, { level: 9 });
}

/** @throws for bytes that {@link pack} has not made */
export function unpack(data: Uint8Array): Line[] {
  const packed = inflateRawSync(data).toString();
  let at = packed.indexOf("\n") + 1;
  let id = 0;
  return z
    .array(Packed)
    .parse(JSON.parse(packed.slice(0, at)))
    .map((facts) => {
      const [gap, status, action_ref, enforcement, parent, executor, original, length, elsewhere] =
        facts;
      const text = length === null ? null : packed.slice(at, at + length);
      at += length ?? 0;
      id += gap;
      const of = { enforcement, parent, executor, original_execution: original };
      return { id, status, action_ref, ...of, text, elsewhere };
    });
}
