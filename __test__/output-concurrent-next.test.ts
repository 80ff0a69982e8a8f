import { expect, test } from 'vitest'
import { passthrough, PipelineBuilder } from '../index.js'
import { numbers } from './messages.js'

test('calls of next() that wait at the same time are answered in their order', async () => {
  const running = new PipelineBuilder().addStage('stage', passthrough()).build().start()
  const messages = running.output[Symbol.asyncIterator]()
  const batches = running.output.batches()
  const [first, second, third, fourth] = [messages.next(), messages.next(), batches.next(), messages.next()]
  await running.input.push('one')
  expect(await first).toEqual({ done: false, value: Buffer.from('one') })
  await running.input.push('two')
  expect(await second).toEqual({ done: false, value: Buffer.from('two') })
  await running.input.push('three')
  expect(await third).toEqual({ done: false, value: [Buffer.from('three')] })
  running.input.close()
  expect(await fourth).toEqual({ done: true, value: undefined })
})

test('two loops at once: each message goes to one of them', async () => {
  const running = new PipelineBuilder().addStage('stage', passthrough()).build().start()
  const received: [string[], string[]] = [[], []]
  const loops = received.map(async (mine) => {
    for await (const message of running.output) mine.push(message.toString())
  })
  await running.input.pushBatch(numbers(5000))
  running.input.close()
  await Promise.all(loops)
  const inOrder = (all: string[]): string[] => all.toSorted((a, b) => Number(a) - Number(b))
  expect(inOrder(received.flat())).toEqual(numbers(5000))
  for (const mine of received) expect(mine).toEqual(inOrder(mine))
})
