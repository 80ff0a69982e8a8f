// Pipelines that were started, used and let go of without being closed, in every manner. What is held on to, nothing here
// returns.

import { setMaxListeners } from 'node:events'
import { setTimeout as delay } from 'node:timers/promises'

import { passthrough, PipelineBuilder, worker } from '../../fixtures/package.mjs'

/** A signal that outlives them all. */
const { signal } = new globalThis.AbortController()
setMaxListeners(0, signal)

const built = (stage = (message) => message) =>
  new PipelineBuilder()
    .addStage('first', passthrough())
    .addStage('javascript', stage)
    .addStage('second', passthrough())
    .build()
const inWorker = worker(new URL('../../fixtures/stage-in-worker.mjs', import.meta.url))

/** Started, three messages pushed; they are at rest in the output. */
async function used(options, stage) {
  const running = built(stage).start(options)
  await running.input.pushBatch(['a', 'b', 'c'])
  while (running.metrics().edges.at(-1).fill < 3) await delay(1)
  return running
}

const manners = {
  neverStarted: () => built(),
  idle: () => built().start(),
  used: () => used(),
  withSignal: () => used({ signal }),
  withWorker: () => used({}, inWorker),
  claimed: async () => void (await used()).output.batches(),
  /** An iterator that was read from, and one that still waits. */
  abandonedIterators: async () => {
    const { output } = await used()
    for await (const message of output) if (message.length > 0) break
    const batches = output.batches()
    await batches.next()
    void batches.next()
  },
  abandonedDuplex: async () => {
    const duplex = (await used()).toNode()
    duplex.write('d')
    duplex.once('data', () => duplex.pause())
    await delay(1)
  },
  /** Fed by a source that never goes on. */
  abandonedSource: async () => {
    const { input } = built().start()
    const source = async function* () {
      yield 'a'
      await new Promise(() => undefined)
    }
    void input.pushFrom(source())
    await delay(1)
  },
  ended: async () => void (await (await used()).wait()),
  aborted: async () => void (await used()).abort(),
}

/** One of each. */
export async function forgetOneOfEach() {
  for (const forget of Object.values(manners)) await forget()
}
