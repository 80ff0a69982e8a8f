import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import { setImmediate } from 'node:timers/promises'
import { afterEach, expect, test } from 'vitest'
import { passthrough, PipelineBuilder, type DiagnosticsMessages, type Running } from '../index.js'
import { numbers } from './messages.js'
import { refusalOf } from './refusal.js'

type Name = keyof DiagnosticsMessages

const names: Name[] = ['start', 'pressure', 'drop', 'error', 'close'].map((name) => `stream-pipeline:${name}` as Name)
const unsubscribers: (() => void)[] = []
afterEach(() => unsubscribers.splice(0).forEach((unsubscribe) => unsubscribe()))

/** Everything that is published about any pipeline from now on. */
function observe(): [Name, DiagnosticsMessages[Name]][] {
  const seen: [Name, DiagnosticsMessages[Name]][] = []
  for (const name of names) {
    const onMessage = (message: unknown): unknown => seen.push([name, message as DiagnosticsMessages[Name]])
    subscribe(name, onMessage)
    unsubscribers.push(() => unsubscribe(name, onMessage))
  }
  return seen
}

const start = (): Running =>
  new PipelineBuilder()
    .addStage('first', passthrough(), { capacity: 10, policy: 'drop-newest' })
    .addStage('second', passthrough())
    .build()
    .start()

test('a pipeline publishes its start, drops, pressure and end', async () => {
  const seen = observe()
  const running = start()
  expect(seen).toEqual([['stream-pipeline:start', { running, stages: ['first', 'second'] }]])
  // A batch beyond the capacity.
  await running.input.pushBatch(numbers(100))
  const { ledger } = await running.wait()
  const drops = seen.flatMap(([name, message]) => (name === 'stream-pipeline:drop' ? [message] : []))
  expect(drops).toEqual([{ running, edge: 'first', reason: 'newest', count: ledger.droppedNewest }])
  const pressures = seen.filter(([name]) => name === 'stream-pipeline:pressure')
  expect(pressures.at(-1)).toMatchObject([expect.any(String), { running, edge: 'first', pressured: false }])
  await setImmediate()
  expect(seen.at(-1)).toMatchObject(['stream-pipeline:close', { running, report: { ledger } }])
  expect(seen.filter(([name]) => name === 'stream-pipeline:close')).toHaveLength(1)
})

test('a failure is published before the end', async () => {
  const seen = observe()
  const running = start()
  running.abort('reason')
  const error = await refusalOf(running.completed)
  await setImmediate()
  expect(seen.slice(-2)).toMatchObject([
    ['stream-pipeline:error', { running, error }],
    ['stream-pipeline:close', { running }],
  ])
})

test('who subscribes while a pipeline works hears of it soon', async () => {
  const running = new PipelineBuilder()
    .addStage('stage', passthrough(), { capacity: 10 })
    .withOutputEdge({ capacity: 10 })
    .build()
    .start()
  running.output.batches()
  const pushed = running.input.pushBatch(numbers(30))
  while (running.metrics().edges[0]?.fill !== 10) await setImmediate()
  const seen = observe()
  // The look that a pipeline takes at itself while it has work.
  await new Promise((resolve) => setTimeout(resolve, 120))
  running.output.close()
  await pushed
  await running.wait()
  expect(seen).toContainEqual([
    'stream-pipeline:pressure',
    expect.objectContaining({ edge: 'output', pressured: false }) as unknown,
  ])
})
