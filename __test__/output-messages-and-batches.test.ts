import { expect, test } from 'vitest'
import { passthrough, PipelineBuilder, type Running } from '../index.js'
import { numbers } from './messages.js'

const messages = numbers(5000)

async function filled(): Promise<Running> {
  const running = new PipelineBuilder().addStage('stage', passthrough()).build().start()
  await running.input.pushBatch(messages)
  running.input.close()
  return running
}

test('messages one by one', async () => {
  const received: string[] = []
  for await (const message of (await filled()).output) received.push(message.toString())
  expect(received).toEqual(messages)
})

test('messages by batch: 1 to 1024 at a time', async () => {
  const received: string[] = []
  for await (const batch of (await filled()).output.batches()) {
    expect(batch.length).toBeGreaterThanOrEqual(1)
    expect(batch.length).toBeLessThanOrEqual(1024)
    received.push(...batch.map(String))
  }
  expect(received).toEqual(messages)
})

test('both, in turns, share one place: each message is given once', async () => {
  const { output } = await filled()
  const one = output[Symbol.asyncIterator]()
  const many = output.batches()
  const received: string[] = []
  for (let turn = 0; ; turn++) {
    if (turn % 3 === 0) {
      const { done, value } = await many.next()
      if (done === true) break
      received.push(...value.map(String))
    } else {
      const { done, value } = await one.next()
      if (done === true) break
      received.push(value.toString())
    }
  }
  expect(received).toEqual(messages)
  expect(await one.next()).toEqual({ done: true, value: undefined })
  expect(await many.next()).toEqual({ done: true, value: undefined })
})

test('the report counts what was read before it was asked for', async () => {
  const running = await filled()
  await running.completed
  const batches = running.output.batches()
  while ((await batches.next()).done !== true);
  expect((await running.wait()).ledger).toMatchObject({ delivered: 5000, inFlight: 0, balance: 0 })
})
