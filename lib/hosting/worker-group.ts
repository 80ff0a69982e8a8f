// The worker threads of one stage, seen from the thread that started the pipeline.
//
// Invariant: a thread that ends before its stage fails the stage, with the reason; when the stage has ended, so do the
// threads.

import { MessageChannel, receiveMessageOnPort, Worker, type MessagePort } from 'node:worker_threads'
import { setTimeout as delay } from 'node:timers/promises'
import type { NativeRun } from '../binding.js'
import { describe } from '../show.js'
import type { WorkerPlan } from './script.js'

/** What a thread is given. */
export interface WorkerTask {
  /** Finds the stage in the engine. */
  readonly stageKey: string
  readonly url: string
  readonly options: unknown
  readonly maxMessageBytes: number
  /** Where it says what the stage threw. */
  readonly thrown: MessagePort
}

/** The stage as the group needs it. */
export interface WorkerStagePlan {
  readonly index: number
  readonly name: string
  readonly maxMessageBytes: number
  readonly worker: WorkerPlan
}

/** What a thread says that the stage threw. */
export interface Thrown {
  readonly thrown: unknown
}

interface Thread {
  readonly worker: Worker
  readonly thrown: MessagePort
  /** Its modules are read. */
  readonly loaded: Promise<unknown>
  readonly exited: Promise<unknown>
}

const ENTRY = new URL('../worker-thread.js', import.meta.url)

/** Node 20 loses the descriptors of modules that a thread is reading when it is terminated. */
const LOSES_DESCRIPTORS = process.versions.node.startsWith('20.')

/** How long a thread has for reading its modules before it is terminated all the same. */
const LOADING_MS = 5000

/** Threads of pipelines that were forgotten: Node keeps a running thread, so nothing of it may lead to the pipeline. */
const forgotten = new FinalizationRegistry<readonly Thread[]>((threads) => {
  for (const thread of threads) void endThread(thread)
})

export class WorkerGroup {
  readonly name: string
  readonly #native: NativeRun
  readonly #index: number
  readonly #threads: readonly Thread[]
  #cause: Thrown | undefined
  #ended = false

  constructor(native: NativeRun, plan: WorkerStagePlan) {
    const { index, name, worker } = plan
    this.name = name
    this.#native = native
    this.#index = index
    const stageKey = native.stageKey(index, worker.ordered)
    const self = new WeakRef(this)
    const fail = (error: unknown): void => {
      const group = self.deref()
      if (group !== undefined) group.#fail(error)
    }
    this.#threads = Array.from({ length: worker.threads }, (_, number) => startThread(plan, stageKey, number, fail))
    forgotten.register(this, this.#threads, this)
  }

  /** What the stage threw, or why it ended; known as soon as the engine says that it failed. */
  get thrown(): unknown {
    this.#listen()
    return this.#cause?.thrown
  }

  /** Hears what the threads have said so far. */
  #listen(): void {
    for (const { thrown } of this.#threads) {
      const said = receiveMessageOnPort(thrown)
      if (said !== undefined) this.#cause ??= said.message as Thrown
    }
  }

  #fail(error: unknown): void {
    if (this.#ended) return
    // What a thread had said before it ended comes first.
    this.#listen()
    this.#cause ??= { thrown: error }
    this.#native.failStage(this.#index, describe(error))
  }

  /** Ends the threads, whose stage has ended; resolves when they have. */
  async end(): Promise<void> {
    // The last moment at which a port can be read.
    this.#listen()
    this.#ended = true
    forgotten.unregister(this)
    await Promise.all(this.#threads.map((thread) => endThread(thread)))
  }
}

/** Ends a thread whose stage has ended; resolves when it has. */
async function endThread({ worker, thrown, loaded, exited }: Thread): Promise<void> {
  thrown.close()
  if (LOSES_DESCRIPTORS) await Promise.race([loaded, exited, delay(LOADING_MS, undefined, { ref: false })])
  void worker.terminate()
  await exited
}

/** Starts a thread; `fail` is called when it ends. */
function startThread(plan: WorkerStagePlan, stageKey: string, number: number, fail: (error: unknown) => void): Thread {
  const {
    name,
    maxMessageBytes,
    worker: { url, options },
  } = plan
  const { port1: thrown, port2 } = new MessageChannel()
  const task: WorkerTask = { stageKey, url, options, maxMessageBytes, thrown: port2 }
  const worker = new Worker(ENTRY, { workerData: task, transferList: [port2], name: `${name} ${number}` })
  // Messages in flight keep the process, not the threads that wait for some.
  worker.unref()
  thrown.unref()
  worker.on('error', fail)
  const loaded = new Promise((resolve) => worker.once('message', resolve))
  const exited = new Promise((resolve) => {
    worker.on('exit', (code) => {
      fail(new Error(`a worker thread of stage '${name}' exited with code ${code} before the stage had ended`))
      resolve(code)
    })
  })
  return { worker, thrown, loaded, exited }
}
