import type { Socket } from 'node:net';
import { replyReader, type Reply } from './smtp-reply.ts';

const QUIT_MS = 1_000;

/**
 * Commands out, replies in, over an open connection; one conversation at a time.
 *
 * Once lost it stays lost: nothing more is written, and every reply is the loss.
 */
export class SmtpWire {
  /** Called once, when the connection is lost. */
  onLost: (() => void) | null = null;
  /** Called when a reply arrives that nobody waits for. */
  onUnasked: (() => void) | null = null;

  readonly #socket: Socket;
  readonly #read = replyReader();
  readonly #unread: Reply[] = [];
  #waiting: ((reply: Reply) => void) | null = null;
  #timer: NodeJS.Timeout | undefined;
  #loss: string | null = null;

  /** Takes over a socket whose session is open and silent. */
  constructor(socket: Socket) {
    this.#socket = socket;
    socket.on('data', (chunk: Buffer) => this.#onData(chunk));
    socket.on('end', () => this.lose('the server closed the connection'));
    socket.on('close', () => this.lose('the connection was closed'));
    socket.on('error', (error: NodeJS.ErrnoException) => {
      const isReset = error.code === 'ECONNRESET';
      this.lose(
        isReset ? 'the server reset the connection' : `the connection failed: ${error.message}`,
      );
    });
  }

  get isLost(): boolean {
    return this.#loss !== null;
  }

  /** Whether a reply has arrived that nobody has asked for yet. */
  get hasUnread(): boolean {
    return this.#unread.length > 0;
  }

  /** Writes the pieces together, so that they leave in one packet if they fit. */
  write(...pieces: (string | Buffer)[]): void {
    if (this.#loss !== null) return;
    if (pieces.length > 1) this.#socket.cork();
    for (const piece of pieces) this.#socket.write(piece);
    if (pieces.length > 1) this.#socket.uncork();
  }

  /** Writes, and waits until the kernel has it; false when connection or time ran out first. */
  flush(data: Buffer, timeoutMs: number): Promise<boolean> {
    if (this.#loss !== null) return Promise.resolve(false);
    return new Promise((resolve) => {
      const lose = (): void => this.lose(`nothing taken within ${timeoutMs} ms`);
      const timer = setTimeout(lose, timeoutMs);
      this.#socket.write(data, (error) => {
        clearTimeout(timer);
        resolve(!error && this.#loss === null);
      });
    });
  }

  /** The next reply. Code 0 once the connection is lost, or after `timeoutMs`, which loses it. */
  reply(timeoutMs: number): Promise<Reply> {
    const next = this.#unread.shift();
    if (next !== undefined) return Promise.resolve(next);
    if (this.#loss !== null) return Promise.resolve({ code: 0, text: this.#loss });
    return new Promise((resolve) => {
      this.#waiting = resolve;
      this.#startTimer(timeoutMs);
    });
  }

  /** Waits at most this much longer for the reply that is being waited for. */
  hurry(timeoutMs: number): void {
    if (this.#waiting !== null) this.#startTimer(timeoutMs);
  }

  /** Ends the connection; what was not sent stays unsent. */
  lose(why: string): void {
    if (this.#loss !== null) return;
    this.#loss = why;
    this.#socket.destroy();
    if (this.#waiting !== null) this.#give({ code: 0, text: why });
    this.onLost?.();
  }

  /** Says goodbye and ends the connection. */
  quit(): void {
    if (this.#loss !== null) return;
    this.#loss = 'the connection was ended';
    this.#socket.end('QUIT\r\n');
    setTimeout(() => this.#socket.destroy(), QUIT_MS).unref();
    this.onLost?.();
  }

  #onData(chunk: Buffer): void {
    const replies = this.#read(chunk.toString());
    if (typeof replies === 'string') return this.lose(replies);
    for (const reply of replies) this.#give(reply);
  }

  #give(reply: Reply): void {
    const resolve = this.#waiting;
    if (resolve === null) {
      this.#unread.push(reply);
      this.onUnasked?.();
      return;
    }
    this.#waiting = null;
    clearTimeout(this.#timer);
    resolve(reply);
  }

  #startTimer(timeoutMs: number): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.lose(`no reply within ${timeoutMs} ms`), timeoutMs);
  }
}
