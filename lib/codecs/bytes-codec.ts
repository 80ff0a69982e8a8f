// Messages as Buffers that are the stage's own.

import type { InboundRegion } from '../hosting/region.js'
import { MessageCodec } from './codec.js'

/** One allocation and one copy for all messages of a batch; each is a view of it. */
export class BytesCodec extends MessageCodec {
  #messages: Buffer[] = []

  load(region: InboundRegion, count: number): void {
    this.#messages = region.copyOut(count)
  }

  read(index: number): Buffer {
    return this.#messages[index]!
  }
}
