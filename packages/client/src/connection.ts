/** A WebSocket that is opened again whenever it is lost. */
import type { ClientMessage, ServerMessage } from "@attune/domain/live";
import { delayAfter } from "./delay.ts";
import { NoAnswer } from "./errors.ts";

export interface ConnectionOptions {
  /** The service's WebSocket, such as `wss://live.example.com`. */
  readonly url: string;
  /** A bearer token; a function is asked before each connection. */
  readonly token?: string | (() => string | Promise<string>) | undefined;
  /** Connections in a row that fail before the first one, until it is given up: 5 unless given. */
  readonly tries?: number | undefined;
  /** Milliseconds between two signs of life: 60,000 unless given. API Gateway ends what is silent for ten minutes. */
  readonly pingEvery?: number | undefined;
}

interface Listener {
  readonly opened: () => void;
  readonly received: (message: ServerMessage) => void;
  /** There will be no other connection. */
  readonly lost: (error: NoAnswer) => void;
}

const pace = { first: 250, longest: 30_000 };

/** The service is trusted to send what its schemas say. */
const readMessage = (text: string): ServerMessage => JSON.parse(text);

export function keepConnected(options: ConnectionOptions, listener: Listener) {
  const { token, tries = 5, pingEvery = 60_000 } = options;
  let socket: WebSocket | undefined;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let isClosed = false;
  let wasOpen = false;
  let failures = 0;
  const url = new URL(options.url);

  async function open() {
    try {
      const bearer = typeof token === "function" ? await token() : token;
      // A browser gives a WebSocket no headers.
      if (bearer !== undefined) url.searchParams.set("access_token", bearer);
    } catch (cause) {
      return again(cause);
    }
    if (isClosed) return;
    socket = new WebSocket(url);
    let isSilent = false;
    socket.onopen = () => {
      wasOpen = true;
      listener.opened();
      timer = setInterval(() => {
        if (isSilent) return abandon();
        isSilent = true;
        send({ type: "ping" });
      }, pingEvery);
    };
    socket.onmessage = ({ data }) => {
      isSilent = false;
      failures = 0;
      listener.received(readMessage(String(data)));
    };
    socket.onclose = ({ reason }) => again(reason);
  }

  /** What is silent may be so for ever, and its end would be waited for. */
  function abandon() {
    if (socket !== undefined) socket.onclose = null;
    socket?.close();
    again("It was silent");
  }

  function again(cause: unknown) {
    clearInterval(timer);
    if (isClosed) return;
    failures++;
    if (!wasOpen && failures >= tries)
      return listener.lost(new NoAnswer(`${options.url} was not reached`, { cause }));
    timer = setTimeout(open, delayAfter(failures, pace));
  }

  function send(message: ClientMessage) {
    if (socket?.readyState === WebSocket.OPEN) socket.send(JSON.stringify(message));
  }

  void open();
  return {
    /** Sends where there is a connection: the next one begins with what is asked for then. */
    send,
    close() {
      isClosed = true;
      clearTimeout(timer);
      socket?.close();
    },
  };
}
