// A JavaScript stage as its host needs it: which codec, which function, called how.

import type { Codec } from '../codecs/codec.js'
import type { StageContext } from '../stage.js'
import type { Emit, MessageBatch } from './batch-work.js'

/** How async functions are called; see `AsyncOptions`. */
export interface AsyncPlan {
  readonly concurrency: number
  readonly ordered: boolean
  readonly timeoutMs: number | undefined
}

/** Where a worker's module lies, and what it is given; see `WorkerOptions`. */
export interface WorkerPlan {
  readonly url: string
  readonly threads: number
  readonly ordered: boolean
  readonly options: unknown
}

/** A function called with one message at a time. */
export interface MessageScript {
  readonly kind: 'message'
  readonly makeCodec: () => Codec
  readonly work: (message: never, context: StageContext) => unknown
  readonly concurrent: AsyncPlan | undefined
}

/** A function called with all messages that travel together. */
export interface BatchScript {
  readonly kind: 'batch'
  readonly work: (batch: MessageBatch, emit: Emit) => unknown
}

/** A stage that runs in worker threads. */
export interface WorkerScript {
  readonly kind: 'worker'
  readonly worker: WorkerPlan
}

/** A stage that runs on the thread of its host. */
export type LocalScript = MessageScript | BatchScript

export type Script = LocalScript | WorkerScript
