// What runs in a worker thread of a stage: the module's stage, hosted on this thread's event loop.

import { parentPort, workerData } from 'node:worker_threads'
import { attach } from './binding.js'
import { scriptOf } from './forms/script-of.js'
import { StageHost } from './hosting/stage-host.js'
import type { LocalScript } from './hosting/script.js'
import type { Thrown, WorkerTask } from './hosting/worker-group.js'
import { invalid } from './pipeline-error.js'
import { describe } from './show.js'
import { TurnLoop } from './turn-loop.js'

const task = workerData as WorkerTask

/** What `url` may export. */
interface StageModule {
  readonly default?: unknown
  readonly init?: unknown
}

async function loadScript(): Promise<LocalScript> {
  // A stage's module is named by its user, and read when the thread runs.
  // eslint-disable-next-line no-restricted-syntax
  const module = (await import(task.url)) as StageModule
  parentPort?.postMessage('loaded')
  const script = scriptOf(module.default)
  if (script === undefined || script.kind === 'worker') {
    throw invalid(
      `the default export of ${task.url}`,
      'a stage function, or what bytes(), json(), batch() and so on make',
      module.default,
    )
  }
  if (module.init !== undefined) {
    if (typeof module.init !== 'function') throw invalid(`init of ${task.url}`, 'a function', module.init)
    await (module.init as (options: unknown) => unknown)(task.options)
  }
  return script
}

/** Says what the stage threw, as far as it can be told to another thread. */
function tell(thrown: unknown): void {
  try {
    task.thrown.postMessage({ thrown } satisfies Thrown)
  } catch {
    const error = new Error(describe(thrown))
    if (thrown instanceof Error && thrown.stack !== undefined) error.stack = thrown.stack
    task.thrown.postMessage({ thrown: error } satisfies Thrown)
  }
}

// Keeps this thread until its stage has ended.
const keepAlive = (): void => undefined
parentPort?.on('message', keepAlive)

const script = await loadScript()
let host: StageHost | undefined
const loop = new TurnLoop((deadlineMs) => {
  const more = host?.turn(deadlineMs) ?? false
  if (host?.ended === true) parentPort?.off('message', keepAlive)
  return more
}, setImmediate)
const hand = attach(task.stageKey, loop.wake)
if (hand === undefined) {
  // The stage has ended meanwhile.
  parentPort?.off('message', keepAlive)
} else {
  host = new StageHost(hand, script, task.maxMessageBytes, { turnSoon: loop.turnSoon, onThrown: tell })
  loop.turn()
}
