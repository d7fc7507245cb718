import { createHash } from "node:crypto";

/** Of our own: names of others make other ids. */
const NAMESPACE = Buffer.from("5be1b7f4c2d94f0e8a3c6d17e90b42aa", "hex");

/**
 * The UUID of a name, always the same one (version 5 of RFC 9562), so that whoever gets a message twice
 * can tell.
 */
export function uuidOf(name: string): string {
  const hex = createHash("sha1").update(NAMESPACE).update(name).digest("hex");
  const variant = (0x8 | (Number.parseInt(hex.charAt(16), 16) & 0x3)).toString(16);
  return [
    hex.slice(0, 8),
    hex.slice(8, 12),
    `5${hex.slice(13, 16)}`,
    `${variant}${hex.slice(17, 20)}`,
    hex.slice(20, 32),
  ].join("-");
}
