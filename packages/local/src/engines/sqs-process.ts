/** The process of the SQS engine: `node sqs-process.ts PORT FOLDER`. It ends with its stdin. */
import { Server } from "node:net";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { startFauxqs } from "fauxqs";
import { reason } from "../log.ts";
import { lockFolder } from "./lock.ts";

/** `startFauxqs` binds 0.0.0.0: https://github.com/kibertoad/fauxqs/blob/main/src/app.ts */
function listenOnLoopbackOnly(): void {
  const listen = Server.prototype.listen;
  const value = function (this: Server, options: object, ...rest: unknown[]) {
    return Reflect.apply(listen, this, [{ ...options, host: "127.0.0.1" }, ...rest]);
  };
  Object.defineProperty(Server.prototype, "listen", { value });
}

/**
 * Making a message visible at once (ChangeMessageVisibility 0) sets its count of receives to null, which
 * the column refuses: the call fails and the message is gone until the next start.
 */
function keepReceiveCounts(file: string): void {
  const database = new DatabaseSync(file, { timeout: 3_000 });
  database.exec(`
    CREATE TRIGGER IF NOT EXISTS keep_receive_count BEFORE UPDATE ON sqs_messages
    WHEN NEW.approximate_receive_count IS NULL
    BEGIN
      UPDATE sqs_messages SET receipt_handle = NULL, visibility_deadline = NULL
        WHERE message_id = NEW.message_id;
      SELECT RAISE(IGNORE);
    END`);
  database.close();
}

process.stdin.on("end", () => process.exit(0)).resume();
try {
  const [port = "", folder = ""] = process.argv.slice(2);
  lockFolder(folder);
  listenOnLoopbackOnly();
  await startFauxqs({ port: Number(port), logger: false, dataDir: folder });
  keepReceiveCounts(join(folder, "fauxqs.db"));
  process.stdout.write("listening\n");
} catch (error) {
  process.stderr.write(`${reason(error)}\n`);
  process.exit(1);
}
