import { setImmediate } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { passthrough, PipelineBuilder, type Running } from '../index.js'

/** Pushes that may wait: as many as cross together, and 1024 behind them. */
const MOST_WAITING = 1024 + 1024
const CALLS = 5000

/** A pipeline whose rings are full and stay so. */
async function full(): Promise<Running> {
  const running = new PipelineBuilder()
    .addStage('stage', passthrough(), { capacity: 4 })
    .withOutputEdge({ capacity: 4 })
    .build()
    .start()
  running.output.batches()
  while (running.input.tryPush('x') || !running.metrics().edges.every(({ fill }) => fill === 4)) await setImmediate()
  return running
}

test.each<[what: string, most: number, push: (running: Running) => Promise<unknown>]>([
  ['push()', MOST_WAITING, ({ input }) => input.push('x')],
  // It has not been copied, and crosses by itself: it never joins those that cross together.
  ['push() with a signal', 1024, ({ input }) => input.push('x', { signal: new AbortController().signal })],
  ['pushBatch() of one', MOST_WAITING, ({ input }) => input.pushBatch(['x'])],
  ['pushBatch() of many', MOST_WAITING, ({ input }) => input.pushBatch(Array<string>(10).fill('x'))],
  ['pushFrom()', MOST_WAITING, ({ input }) => input.pushFrom(['x', 'y'])],
])('%s, never awaited: what waits is bounded, the others are told', async (_what, most, push) => {
  const running = await full()
  const refused: unknown[] = []
  let waiting = CALLS
  const calls = Array.from({ length: CALLS }, () =>
    push(running).catch((error: unknown) => {
      refused.push(error)
      waiting--
    }),
  )
  for (let turn = 0; turn < 5; turn++) await setImmediate()
  expect(waiting).toBeLessThanOrEqual(most)
  expect(waiting).toBeGreaterThan(0)
  for (const error of refused) expect(error).toMatchObject({ code: 'TOO_MANY_PENDING' })
  running.abort()
  await Promise.all(calls)
})

test('streams push one chunk, or what they hold, at a time: they never come near', async () => {
  for (const open of [
    (running: Running) => running.toNode(),
    (running: Running) => running.toWeb().writable.getWriter(),
  ]) {
    const running = await full()
    const stream = open(running)
    const errors: unknown[] = []
    if ('closed' in stream && stream.closed instanceof Promise)
      stream.closed.catch((error: unknown) => errors.push(error))
    if ('on' in stream) stream.on('error', (error) => errors.push(error))
    for (let n = 0; n < CALLS; n++) Promise.resolve(stream.write('x')).catch(() => undefined)
    for (let turn = 0; turn < 5; turn++) await setImmediate()
    expect(errors).toEqual([])
    running.abort()
    await running.completed.catch(() => undefined)
  }
})
