// Where messages arrive that are handed to the user.
//
// Invariant: what is handed out is in memory of its own, exactly as much as a batch needs: the engine writes there itself
// once it is known how much that is.

import { messagesIn } from './buffer-view.js'
import { MAX_MESSAGES } from './region.js'

/** So many bytes come along with the answer, and are copied once more; it costs less than to ask twice. */
const SMALL_BYTES = 4096

export class Landing {
  /** Filled by the engine if it has room for all messages of a batch. */
  readonly bytes = Buffer.allocUnsafeSlow(SMALL_BYTES)
  /** 0, and then where each message ends. */
  readonly #offsets = new Uint32Array(MAX_MESSAGES + 1)
  /** Filled by the engine with where each message ends. */
  readonly ends = this.#offsets.subarray(1)

  /** The `count` messages of which the engine has said where they end; `fill` has it write them, if it has not. */
  messages(count: number, fill: (memory: Buffer) => void): Buffer[] {
    const total = this.#offsets[count]!
    const memory = Buffer.allocUnsafeSlow(total)
    if (total <= SMALL_BYTES) this.bytes.copy(memory, 0, 0, total)
    else fill(memory)
    return messagesIn(memory, this.#offsets, count)
  }
}
