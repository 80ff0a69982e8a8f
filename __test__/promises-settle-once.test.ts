import { setImmediate, setTimeout } from 'node:timers/promises'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { passthrough, PipelineBuilder, type Running } from '../index.js'

/** Long for a promise that settles at all, short beside a test's limit. */
const DEADLINE_MS = 5000

const build = (): Running =>
  new PipelineBuilder()
    .addStage('native', passthrough(), { capacity: 4 })
    .addStage('stage', (message) => {
      if (message.includes('bad')) throw new Error('bad message')
      return message
    })
    .withOutputEdge({ capacity: 4 })
    .build()
    .start()

/** How a pipeline may be when it is called. */
const STATES: Record<string, (running: Running) => Promise<unknown>> = {
  running: async () => undefined,
  full: async (running) => {
    running.output.batches()
    while (running.input.tryPush('x')) await setImmediate()
  },
  paused: async (running) => running.pause(),
  closed: async (running) => {
    running.output.batches()
    await running.input.pushBatch(['a', 'b'])
    running.input.close()
  },
  failed: async (running) => {
    await running.input.push('bad')
    await running.completed.catch(() => undefined)
  },
  failing: async (running) => running.input.push('bad'),
  aborted: async (running) => running.abort(),
  ended: async (running) => running.wait(),
  'without its output': async (running) => running.output.close(),
}

/** Everything that returns a promise; `signal` is aborted while they wait. */
const CALLS: Record<string, (running: Running, signal: AbortSignal) => Promise<unknown>> = {
  push: ({ input }) => input.push('x'),
  'push with a signal': ({ input }, signal) => input.push('x', { signal }),
  pushBatch: ({ input }) => input.pushBatch(['x', 'y', 'z']),
  'pushBatch with a signal': ({ input }, signal) => input.pushBatch(['x', 'y', 'z'], { signal }),
  pushFrom: ({ input }) => input.pushFrom(['x', 'y', 'z']),
  'pushFrom, quiet': ({ input }, signal) => input.pushFrom(new ReadableStream<string>(), { signal }),
  completed: ({ completed }) => completed,
  wait: (running) => running.wait(),
  'wait with a signal': (running, signal) => running.wait({ signal }),
  drain: (running) => running.drain({ timeoutMs: 50 }),
  'next message': ({ output }) => output.messages().next(),
  'next batch': ({ output }) => output.batches().next(),
  'next with a signal': ({ output }, signal) => output.batches({ signal }).next(),
  return: async ({ output }) => output.batches().return?.(),
  dispose: (running) => running[Symbol.asyncDispose](),
}

/** What ends the wait of those that may wait, in the end. */
const ENDS: Record<string, (running: Running) => unknown> = {
  abort: (running) => running.abort('at the end'),
  'wait and read on': (running) => {
    void running.wait().catch(() => undefined)
    return readOn(running)
  },
  dispose: (running) => running[Symbol.asyncDispose](),
}

async function readOn(running: Running): Promise<void> {
  try {
    const batches = running.output.batches()
    while ((await batches.next()).done !== true) await setImmediate()
  } catch {
    // How it ended is not what this is about.
  }
}

const unhandled: unknown[] = []
const onUnhandled = (error: unknown): unknown => unhandled.push(error)
beforeEach(() => process.on('unhandledRejection', onUnhandled))
afterEach(() => void process.off('unhandledRejection', onUnhandled))

const cases = Object.keys(STATES).flatMap((state) => Object.keys(ENDS).map((end) => [state, end] as const))

test.each(cases)('%s, then %s: every promise settles, and once', async (state, end) => {
  const settled = new Map<string, string[]>()
  const underWay = new Map<string, Running>()
  const lasting = Object.entries(CALLS).map(async ([name, call]) => {
    const running = build()
    await STATES[state]!(running)
    const answers: string[] = []
    settled.set(name, answers)
    underWay.set(name, running)
    const controller = new AbortController()
    call(running, controller.signal).then(
      () => answers.push('resolved'),
      () => answers.push('rejected'),
    )
    await setImmediate()
    controller.abort()
    await setImmediate()
    void ENDS[end]!(running)
    await running.completed.catch(() => undefined)
    underWay.delete(name)
  })
  const deadline = new AbortController()
  const late = setTimeout(DEADLINE_MS, 'late', { signal: deadline.signal }).catch(() => undefined)
  await Promise.race([Promise.all(lasting), late])
  expect(new Map([...underWay].map(([name, running]) => [name, running.metrics()])), 'did not end').toEqual(new Map())
  deadline.abort()
  for (let turn = 0; turn < 5; turn++) await setImmediate()
  const wrong = [...settled].filter(([, answers]) => answers.length !== 1)
  expect(wrong, 'not settled, or more than once').toEqual([])
  expect(unhandled.splice(0)).toEqual([])
})
