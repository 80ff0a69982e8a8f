// A pipeline as a Duplex of Node.
//
// Invariant: the stream's two ends follow the pipeline's: no write is acknowledged before its message is in the first
// ring, nothing is read that nobody asks for, an error of either destroys both, and `close` comes when the pipeline has
// ended.

import { Duplex, type DuplexOptions } from 'node:stream'
import type { MessageInput } from './message.js'
import { inOnePiece } from './one-piece.js'
import type { Running } from './running.js'

/**
 * Options of `toNode()`: those of a Duplex that mean something here. High-water marks are bytes, or messages on a side in
 * object mode; they are what the stream holds beside the pipeline's rings.
 */
export interface ToNodeOptions extends Pick<
  DuplexOptions,
  | 'allowHalfOpen'
  | 'autoDestroy'
  | 'defaultEncoding'
  | 'emitClose'
  | 'encoding'
  | 'highWaterMark'
  | 'objectMode'
  | 'readableHighWaterMark'
  | 'signal'
  | 'writableHighWaterMark'
> {
  /**
   * Whether the readable side is in object mode: each message one `data` event, whatever its length. Default: false, a
   * stream of bytes, in which messages run together and an empty one leaves no trace.
   */
  readableObjectMode?: boolean | undefined
  /**
   * Whether the writable side counts messages instead of bytes. Default: false. Either way a chunk is one message: a
   * Buffer, a Uint8Array or a string.
   */
  writableObjectMode?: boolean | undefined
}

export function duplexOf(running: Running, options: ToNodeOptions = {}): Duplex {
  const { input, completed } = running
  const source = new Pump(running, options.readableObjectMode ?? options.objectMode ?? false)
  const stream = new Duplex({
    ...options,
    read() {
      source.fill(this).catch((error: unknown) => this.destroy(error as Error))
    },
    write(chunk: MessageInput, encoding, callback) {
      input.push(decoded(chunk, encoding)).then(() => callback(), callback)
    },
    writev(chunks, callback) {
      const messages = chunks.map(({ chunk, encoding }) => decoded(chunk as MessageInput, encoding))
      input.pushBatch(messages).then(() => callback(), callback)
    },
    final(callback) {
      input.close()
      callback()
    },
    destroy(error, callback) {
      running.abort(error ?? undefined)
      const ended = (): void => callback(error)
      completed.then(ended, ended)
    },
  })
  completed.catch((error: unknown) => {
    // Otherwise whoever reads is told behind what came before the error.
    if (source.isEmpty) stream.destroy(error as Error)
  })
  return stream
}

/** In object mode Node hands strings over as they are, whatever their encoding. */
function decoded(chunk: MessageInput, encoding: BufferEncoding | 'buffer'): MessageInput {
  return typeof chunk === 'string' && encoding !== 'buffer' ? Buffer.from(chunk, encoding) : chunk
}

/** Carries batches from the output to the stream, as long as it takes them. */
class Pump {
  readonly #output: Running['output']
  readonly #batches: AsyncIterator<Buffer[], undefined>
  readonly #keepsMessages: boolean
  #batch: Buffer[] = []
  #position = 0
  #filling = false

  constructor(running: Running, keepsMessages: boolean) {
    this.#output = running.output
    this.#batches = running.output.batches()
    this.#keepsMessages = keepsMessages
  }

  /** Whether there is nothing to carry now, and nobody waits for it. */
  get isEmpty(): boolean {
    return !this.#filling && this.#position >= this.#batch.length && this.#output.isEmpty
  }

  /** Node asks again while a batch is waited for: then the one at work goes on, or messages would be lost. */
  async fill(stream: Duplex): Promise<void> {
    if (this.#filling) return
    this.#filling = true
    try {
      for (;;) {
        while (this.#position < this.#batch.length) {
          if (!stream.push(this.#batch[this.#position++])) return
        }
        const next = await this.#batches.next()
        if (next.done === true) {
          stream.push(null)
          return
        }
        this.#begin(next.value)
      }
    } finally {
      this.#filling = false
    }
  }

  #begin(batch: Buffer[]): void {
    const piece = this.#keepsMessages ? undefined : inOnePiece(batch)
    this.#batch = piece === undefined ? batch : [piece]
    this.#position = 0
  }
}
