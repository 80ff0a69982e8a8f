import { once } from 'node:events'
import { setImmediate } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { passthrough, PipelineBuilder, type DropEvent, type OverflowPolicy } from '../index.js'
import { numbers } from './messages.js'

test.each<[policy: OverflowPolicy, reason: DropEvent['reason'], counter: 'droppedOldest' | 'droppedNewest']>([
  ['drop-oldest', 'oldest', 'droppedOldest'],
  ['drop-newest', 'newest', 'droppedNewest'],
])('%s: every drop is told, in few events', async (policy, reason, counter) => {
  const running = new PipelineBuilder()
    .addStage('first', passthrough(), { policy, capacity: 8 })
    .addStage('slow', (message) => message, { capacity: 8 })
    .build()
    .start()
  const events: DropEvent[] = []
  running.on('drop', (event) => events.push(event))
  // One turn of the event loop: the stage in JavaScript takes nothing meanwhile.
  for (let round = 0; round < 50; round++) await running.input.pushBatch(numbers(100))
  const { ledger } = await running.wait()
  await setImmediate()
  expect(ledger[counter]).toBeGreaterThan(0)
  expect(events.reduce((sum, { count }) => sum + count, 0)).toBe(ledger[counter])
  expect(new Set(events.map(({ edge, reason }) => `${edge} ${reason}`))).toEqual(new Set([`first ${reason}`]))
  expect(events.length).toBeLessThan(ledger[counter] / 10)
})

test('what comes behind a closed output is told as well', async () => {
  const running = new PipelineBuilder().addStage('stage', passthrough()).build().start()
  await running.input.pushBatch(numbers(10))
  while (running.metrics().edges.at(-1)?.fill !== 10) await setImmediate()
  const told = once(running, 'drop')
  running.output.close()
  expect(await told).toEqual([{ edge: 'output', reason: 'closed', count: 10 }])
  await running.wait()
})
