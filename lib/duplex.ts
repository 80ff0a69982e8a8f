// A pipeline as a Duplex of Node.
//
// Invariant: the stream's two ends follow the pipeline's: no write is acknowledged before its message is in the first
// ring, nothing is read that nobody asks for, and an error of either destroys both.

import { Duplex } from 'node:stream'
import type { MessageInput } from './message.js'
import type { Running } from './running.js'

/** Options of `toNode()`. */
export interface ToNodeOptions {
  /**
   * Whether the readable side is in object mode: each message one `data` event, whatever its length. Default: false, a
   * stream of bytes, in which an empty message leaves no trace.
   */
  readableObjectMode?: boolean
}

export function duplexOf(running: Running, { readableObjectMode = false }: ToNodeOptions = {}): Duplex {
  const batches = running.output.batches()
  let batch: Buffer[] = []
  let position = 0
  let filling = false

  /** Node asks again while a batch is waited for: then the one at work goes on, or messages would be lost. */
  const fill = async (stream: Duplex): Promise<void> => {
    if (filling) return
    filling = true
    try {
      for (;;) {
        while (position < batch.length) {
          if (!stream.push(batch[position++])) return
        }
        const next = await batches.next()
        if (next.done === true) {
          stream.push(null)
          return
        }
        batch = next.value
        position = 0
      }
    } finally {
      filling = false
    }
  }

  return new Duplex({
    readableObjectMode,
    decodeStrings: true,
    read() {
      fill(this).catch((error: unknown) => this.destroy(error as Error))
    },
    write(chunk: MessageInput, _encoding, callback) {
      running.input.push(chunk).then(() => callback(), callback)
    },
    writev(chunks, callback) {
      running.input.pushBatch(chunks.map(({ chunk }) => chunk as MessageInput)).then(() => callback(), callback)
    },
    final(callback) {
      running.input.close()
      callback()
    },
    destroy(error, callback) {
      running.abort(error ?? undefined)
      callback(error)
    },
  })
}
