import { expect, test } from 'vitest'
import { passthrough, PipelineBuilder } from '../index.js'

/** Gathered with others; those from 16 KiB on cross by themselves. */
const SIZES = [4, 40_000, 4, 4, 16 * 1024, 16 * 1024 - 1, 200_000, 4]

const messageOf = (number: number): Buffer => {
  const message = Buffer.alloc(SIZES[number % SIZES.length]!)
  message.writeUInt32LE(number)
  return message
}

test.each([2, 8192])('large messages and small ones keep their order (capacity %i)', async (capacity) => {
  const running = new PipelineBuilder().addStage('stage', passthrough(), { capacity }).build().start()
  const { input, output } = running
  const received: [number: number, bytes: number][] = []
  const reading = (async () => {
    for await (const message of output) received.push([message.readUInt32LE(), message.length])
  })()

  let pushed = 0
  for (let round = 0; round < 20; round++) {
    const pushes: Promise<void>[] = []
    for (let count = 0; count < 37; count++) {
      pushes.push(input.push(messageOf(pushed++)))
      // It must not let those overtake that come after those that wait.
      if (count % 3 === 0 && input.tryPush(messageOf(pushed))) pushed++
    }
    await Promise.all(pushes)
    await input.pushBatch(Array.from({ length: 50 }, () => messageOf(pushed++)))
  }
  input.close()
  await Promise.all([reading, running.wait()])

  expect(received).toEqual(Array.from({ length: pushed }, (_, number) => [number, SIZES[number % SIZES.length]]))
})
