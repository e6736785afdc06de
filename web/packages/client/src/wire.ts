/** A text socket, reduced to what the connection needs. */

export interface Wire {
  send(text: string): void;
  close(code?: number): void;
}

export interface WireListener {
  opened(): void;
  received(text: string): void;
  /** Called once, also when it never opened. */
  closed(code: number): void;
}

export type OpenWire = (listener: WireListener) => Wire;

/** Opens the browser's WebSocket at `url`; a path is resolved against the page. */
export function webSocketWire(url: string): OpenWire {
  return (listener) => {
    const absolute = new URL(url, location.href);
    absolute.protocol = absolute.protocol.replace("http", "ws");
    const socket = new WebSocket(absolute);
    let over = false;
    const end = (code: number): void => {
      if (over) return;
      over = true;
      listener.closed(code);
    };
    socket.onopen = () => listener.opened();
    socket.onmessage = (event: MessageEvent<unknown>) => {
      if (!over && typeof event.data === "string") listener.received(event.data);
    };
    socket.onclose = (event) => end(event.code);
    return {
      send: (text) => socket.send(text),
      close: (code = 1000) => {
        socket.close(code);
        // A dead network never completes the closing handshake: the caller must not wait for it.
        end(code);
      },
    };
  };
}
