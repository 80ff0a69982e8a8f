// A pipeline as a pair of Web streams.
//
// Invariant: as with the Duplex: a write is done when its message is in the first ring, nothing is read that nobody asks
// for, an error of either stream, or of the pipeline, ends all three with its reason kept.

import {
  ReadableStream,
  WritableStream,
  type QueuingStrategy,
  type ReadableByteStreamController,
  type ReadableStreamDefaultController,
  type UnderlyingByteSource,
  type UnderlyingSink,
  type WritableStreamDefaultController,
} from 'node:stream/web'
import type { MessageInput } from './message.js'
import { inOnePiece } from './one-piece.js'
import { invalid } from './pipeline-error.js'
import type { Running } from './running.js'

/** Options of `toWeb()`. */
export interface ToWebOptions {
  /**
   * `'bytes'`: the readable is a byte stream, which takes `getReader({ mode: 'byob' })`. Messages run together in it, and an
   * empty one leaves no trace. Left out, each chunk is a message.
   */
  type?: 'bytes'
  /**
   * How much the readable holds beside the pipeline's rings. Default: `{ highWaterMark: 0 }`, that is nothing: a batch is
   * taken when somebody reads. Sizes count messages unless `size` says otherwise; in a byte stream, bytes.
   */
  readableStrategy?: QueuingStrategy<Uint8Array>
  /** How much may wait in the writable. Default: `{ highWaterMark: 16 }`. Sizes count messages unless `size` says otherwise. */
  writableStrategy?: QueuingStrategy<MessageInput>
}

/** Both ends of a pipeline as Web streams, as `pipeThrough()` takes them. */
export interface WebStreams {
  /** What comes out. */
  readonly readable: ReadableStream<Uint8Array>
  /** What goes in: a chunk is a message. */
  readonly writable: WritableStream<MessageInput>
}

/** Messages that may wait in the writable: as many as in a Duplex of Node in object mode. */
const WRITABLE_MARK = 16

export function webStreamsOf(running: Running, options: ToWebOptions = {}): WebStreams {
  const { type, readableStrategy = { highWaterMark: 0 }, writableStrategy = { highWaterMark: WRITABLE_MARK } } = options
  if (type !== undefined && (type as string) !== 'bytes') throw invalid('type', "'bytes'", type)
  const outlet = new Outlet(running)
  const cancel = (reason: unknown): Promise<void> => abort(running, reason)
  const start = (controller: Controller): void => outlet.start(controller)
  const byteSource: UnderlyingByteSource = {
    type: 'bytes',
    start,
    pull: (controller) => outlet.pull(controller, pieceOf),
    cancel,
  }
  const readable =
    type === 'bytes'
      ? new ReadableStream(byteSource, readableStrategy)
      : new ReadableStream(
          { start, pull: (controller) => outlet.pull(controller, ownedEach), cancel },
          readableStrategy,
        )
  return { readable, writable: new WritableStream(inletOf(running), writableStrategy) }
}

/** Resolves when the pipeline has ended: how, is told to those who wait for it. */
async function abort(running: Running, reason: unknown): Promise<void> {
  running.abort(reason)
  await running.completed.catch(() => undefined)
}

function inletOf(running: Running): UnderlyingSink<MessageInput> {
  const { input, completed } = running
  return {
    start(controller) {
      // Node 20 has it; the types do not.
      const { signal } = controller as WritableStreamDefaultController & { signal: AbortSignal }
      // The sink's own abort() would only be called when the write at work is done, and that may be what waits for ever.
      signal.addEventListener('abort', () => running.abort(signal.reason), { once: true })
      completed.catch((error: unknown) => controller.error(error))
    },
    async write(chunk) {
      try {
        await input.push(chunk)
      } catch (error) {
        running.abort(error)
        throw error
      }
    },
    close: () => input.close(),
    abort: (reason) => abort(running, reason),
  }
}

/** What both kinds of readables want of their controllers. */
type Controller = Pick<ReadableStreamDefaultController<Uint8Array>, 'close' | 'error'> & {
  enqueue(chunk: Uint8Array): void
  readonly byobRequest?: ReadableByteStreamController['byobRequest']
}

/** Carries batches from the output to the readable, when it asks for them. */
class Outlet {
  readonly #running: Running
  readonly #batches: AsyncIterator<Buffer[], undefined>
  #pulling = false

  constructor(running: Running) {
    this.#running = running
    this.#batches = running.output.batches()
  }

  start(controller: Controller): void {
    this.#running.completed.catch((error: unknown) => {
      // Otherwise whoever reads is told behind what came before the error.
      if (!this.#pulling && this.#running.output.isEmpty) controller.error(error)
    })
  }

  /** A pull that rejects puts the stream into its error. */
  async pull(controller: Controller, chunksOf: (batch: Buffer[]) => Uint8Array[]): Promise<void> {
    this.#pulling = true
    try {
      const chunks = await this.#next(chunksOf)
      for (const chunk of chunks ?? []) controller.enqueue(chunk)
      if (chunks === undefined) {
        controller.close()
        // A reader that waits with a buffer of its own gets it back.
        controller.byobRequest?.respond(0)
      }
    } finally {
      this.#pulling = false
    }
  }

  /** What to enqueue next, at least one chunk; `undefined` at the end. */
  async #next(chunksOf: (batch: Buffer[]) => Uint8Array[]): Promise<Uint8Array[] | undefined> {
    for (;;) {
      const { done, value } = await this.#batches.next()
      if (done === true) return undefined
      const chunks = chunksOf(value)
      if (chunks.length > 0) return chunks
    }
  }
}

/** A byte stream takes the memory of its chunks away, and no empty ones. */
function pieceOf(batch: Buffer[]): Uint8Array[] {
  const piece = inOnePiece(batch)
  const pieces = piece === undefined ? batch : [piece]
  return pieces.filter(({ length }) => length > 0).map(owned)
}

function ownedEach(batch: Buffer[]): Uint8Array[] {
  return batch.map(owned)
}

/** In memory of its own: it may be transferred, and a copy by `structuredClone()` has no more in it than the message. */
function owned(bytes: Buffer): Uint8Array {
  const { buffer, length } = bytes
  return length === buffer.byteLength ? new Uint8Array(buffer) : new Uint8Array(bytes)
}
