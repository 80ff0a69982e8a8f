// Messages as views of the region: no copy, and valid until the function has returned.

import { debuglog } from 'node:util'
import { BufferView } from '../hosting/buffer-view.js'
import type { InboundRegion, OutboundRegion } from '../hosting/region.js'
import type { MessageInput } from '../message.js'
import { MessageCodec } from './codec.js'

/** What stands in a view that is no longer valid, if NODE_DEBUG names us. */
export const POISON = 0xdd

/** Whether memory that is no longer valid is made to look so. */
export const isPoisoned = debuglog('stream-pipeline').enabled

export class ViewCodec extends MessageCodec {
  #region: InboundRegion | undefined
  /** The view that was made last, and where it lies. */
  #view: Buffer | undefined
  #start = 0
  #length = 0

  load(region: InboundRegion): void {
    this.#region = region
  }

  read(index: number): Buffer {
    const region = this.#region!
    this.#start = region.startOf(index)
    this.#length = region.endOf(index) - this.#start
    this.#view = new BufferView(region.memory, this.#start, this.#length)
    return this.#view
  }

  override release(index: number): void {
    if (!isPoisoned) return
    const region = this.#region!
    region.bytes.fill(POISON, region.startOf(index), region.endOf(index))
  }

  override append(region: OutboundRegion, message: MessageInput): boolean {
    // The message itself is where the engine has put it, unless it is to be poisoned. Of anything else, to ask where it
    // lies takes longer than to copy it.
    const isMessage = message === this.#view && !isPoisoned
    return isMessage ? region.appendRange(this.#start, this.#length) : region.append(message)
  }
}
