import { once } from 'node:events'
import { setImmediate } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { passthrough, PipelineBuilder, type EdgeMetrics, type PressureEvent, type Running } from '../index.js'
import { numbers, texts } from './messages.js'

const start = (): Running =>
  new PipelineBuilder()
    .addStage('stage', passthrough(), { capacity: 10 })
    .withOutputEdge({ capacity: 10 })
    .build()
    .start()

test('pressure that begins and ends is told, edge by edge', async () => {
  const running = start()
  const events: PressureEvent[] = []
  running.on('pressure', (event) => events.push(event))
  running.output.batches()
  const pushed = running.input.pushBatch(numbers(100))
  // Nobody takes the output: both edges fill up, and stay so.
  const told = (edge: string): boolean | undefined => events.findLast((event) => event.edge === edge)?.pressured
  while (told('stage') !== true || told('output') !== true) await once(running, 'pressure')

  const all = texts(running.output)
  await pushed
  await running.wait()
  expect(await all).toEqual(numbers(100))
  for (const edge of ['stage', 'output']) {
    const own = events.filter((event) => event.edge === edge)
    expect(own.at(-1)?.pressured).toBe(false)
    const { pressuredCount } = running.metrics().edges.find(({ name }) => name === edge)!
    // Each time it began, it ended: no change is missing, and none was told twice.
    expect(own.reduce((sum, { changes }) => sum + changes, 0)).toBe(2 * pressuredCount)
  }
})

test('who listens late hears of what comes, not of what was', async () => {
  const running = start()
  running.output.batches()
  const pushed = running.input.pushBatch(numbers(25))
  const edge = (): EdgeMetrics => running.metrics().edges.at(-1)!
  while (!edge().pressured || running.metrics().edges[0]?.fill !== 10) await setImmediate()
  const before = edge().pressuredCount
  const events: PressureEvent[] = []
  running.on('pressure', (event) => events.push(event))
  const all = texts(running.output)
  await pushed
  await running.wait()
  await all
  const changes = events.filter(({ edge }) => edge === 'output').reduce((sum, { changes }) => sum + changes, 0)
  expect(changes).toBe(2 * edge().pressuredCount - (2 * before - 1))
})

test('who listens no longer is told nothing, and who listens again is', async () => {
  const running = start()
  running.output.batches()
  const never = (): void => expect.unreachable()
  running.on('pressure', never)
  running.off('pressure', never)
  const pushed = running.input.pushBatch(numbers(25))
  while (!running.metrics().edges.every(({ pressured }) => pressured)) await setImmediate()
  const events: PressureEvent[] = []
  running.on('pressure', (event) => events.push(event))
  running.output.close()
  await pushed
  await running.wait()
  await setImmediate()
  // What rose before is not told.
  expect(events).toContainEqual({ edge: 'output', pressured: false, changes: 1 })
  expect(events.find(({ edge }) => edge === 'output')?.pressured).toBe(false)
})
