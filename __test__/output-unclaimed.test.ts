import { expect, test } from 'vitest'
import { passthrough, PipelineBuilder } from '../index.js'
import { numbers } from './messages.js'

test('wait() on an output that nobody claimed discards it: it counts as delivered and holds nobody up', async () => {
  const running = new PipelineBuilder()
    .addStage('stage', passthrough())
    .withOutputEdge({ capacity: 16 })
    .build()
    .start()
  await running.input.pushBatch(numbers(5000))
  const { ledger, edges } = await running.wait()
  expect(ledger).toMatchObject({ accepted: 5000, delivered: 5000, inFlight: 0, balance: 0 })
  expect(edges.at(-1)).toMatchObject({ name: 'output', discarded: 5000 })
})

test('until wait() it may be claimed, and then nothing was lost', async () => {
  const running = new PipelineBuilder().addStage('stage', passthrough()).build().start()
  await running.input.pushBatch(numbers(5000))
  running.input.close()
  await running.completed
  const received: string[] = []
  for await (const message of running.output) received.push(message.toString())
  expect(received).toEqual(numbers(5000))
})

test('after wait() there is nothing to read', async () => {
  const running = new PipelineBuilder().addStage('stage', passthrough()).build().start()
  await running.input.push('x')
  await running.wait()
  expect(await running.output.batches().next()).toEqual({ done: true, value: undefined })
})
