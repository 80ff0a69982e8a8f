import { Readable } from 'node:stream'
import { expect, test } from 'vitest'
import { passthrough, PipelineBuilder } from '../index.js'
import { numbers, texts } from './messages.js'

test.each([2, 8192])('messages keep their order across all ways of pushing (capacity %i)', async (capacity) => {
  const running = new PipelineBuilder().addStage('stage', passthrough(), { capacity }).build().start()
  const { input } = running
  const outputs = texts(running.output)
  const rest = numbers(9000)
  const some = (count: number): string[] => rest.splice(0, count)

  const pushes: Promise<unknown>[] = []
  for (let round = 0; round < 3; round++) {
    for (const message of some(500)) pushes.push(input.push(message))
    const [message] = rest
    // It must not overtake those that wait: then it is refused.
    if (input.tryPush(message!)) rest.shift()
    await Promise.all(pushes.splice(0))
    await input.pushBatch(some(400))
    await input.pushFrom(some(600))
    await input.pushFrom(Readable.from(some(100)))
    pushes.push(input.push(some(1)[0]!))
    await input.pushBatch(new Set(some(700)))
    pushes.push(...some(10).map((text) => input.push(Buffer.from(text))))
  }
  await Promise.all(pushes)
  input.close()

  expect(await outputs).toEqual(numbers(9000 - rest.length))
})
