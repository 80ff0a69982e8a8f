// Messages as text. What is no UTF-8 becomes U+FFFD, as in Buffer.toString().

import type { InboundRegion } from '../hosting/region.js'
import { MessageCodec } from './codec.js'

/**
 * Decodes a batch at once. If every byte of it became one character, each message is a slice of that text; otherwise
 * characters and bytes are counted differently, and the messages are decoded one by one.
 */
export class Utf8Codec extends MessageCodec {
  #texts: string[] = []

  load(region: InboundRegion, count: number): void {
    const { bytes } = region
    const end = region.endOf(count - 1)
    const all = bytes.toString('utf8', 0, end)
    const isAscii = all.length === end
    const texts = new Array<string>(count)
    let start = 0
    for (let index = 0; index < count; index++) {
      const messageEnd = region.endOf(index)
      texts[index] = isAscii ? all.slice(start, messageEnd) : bytes.toString('utf8', start, messageEnd)
      start = messageEnd
    }
    this.#texts = texts
  }

  read(index: number): string {
    return this.#texts[index]!
  }
}
