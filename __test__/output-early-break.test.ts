import { expect, test } from 'vitest'
import { passthrough, PipelineBuilder } from '../index.js'
import { numbers } from './messages.js'

test('leaving a loop over the output early loses nothing: the next one goes on', async () => {
  const running = new PipelineBuilder().addStage('stage', passthrough()).build().start()
  await running.input.pushBatch(numbers(3000))
  running.input.close()
  const received: string[] = []
  for await (const message of running.output) {
    received.push(message.toString())
    if (received.length === 10) break
  }
  for await (const batch of running.output.batches()) {
    received.push(...batch.map(String))
    break
  }
  const rest = running.output[Symbol.asyncIterator]()
  expect(await rest.return?.()).toEqual({ done: true, value: undefined })
  for await (const message of running.output) received.push(message.toString())
  expect(received).toEqual(numbers(3000))
})
