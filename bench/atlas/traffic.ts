// bench/atlas/traffic.ts counts a server's connections and the bytes on them.
import type { Server, Socket } from 'node:net';

export class Traffic {
  readonly #open = new Set<Socket>();
  readonly #closed = { connections: 0, read: 0, written: 0 };

  constructor(server: Server) {
    server.on('connection', (socket) => {
      this.#open.add(socket);
      socket.once('close', () => {
        this.#open.delete(socket);
        this.#closed.connections += 1;
        this.#closed.read += socket.bytesRead;
        this.#closed.written += socket.bytesWritten;
      });
    });
  }

  /** Of all connections there were. */
  get counted() {
    let { connections, read, written } = this.#closed;
    for (const socket of this.#open) {
      connections += 1;
      read += socket.bytesRead;
      written += socket.bytesWritten;
    }
    return { connections, bytesSent: read, bytesReceived: written };
  }
}
