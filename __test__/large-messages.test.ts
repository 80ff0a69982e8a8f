import { expect, test } from 'vitest'
import { passthrough, PipelineBuilder } from '../index.js'

const MIB = 2 ** 20

/** Around the sizes at which something changes: copied or moved, one region or several. */
const sizes = [0, 1, 4095, 4096, 4097, 128 * 1024, 256 * 1024, 256 * 1024 + 1, MIB - 1, MIB]

/** Bytes that tell which message, and which place in it, they are from. */
function content(size: number): Buffer {
  const message = Buffer.alloc(size)
  for (let at = 0; at < size; at++) message[at] = (at + size) % 251
  return message
}

test('messages of every length up to the limit go through unchanged', async () => {
  const running = new PipelineBuilder()
    .addStage('before', passthrough())
    .addStage('javascript', (message) => message)
    .addStage('after', passthrough())
    .build()
    .start()
  const messages = [...sizes, ...sizes.toReversed()].map(content)
  const pushed = running.input.pushBatch(messages).then(() => running.input.close())
  const received: Buffer[] = []
  for await (const message of running.output) received.push(message)
  await pushed
  expect(received.map(({ length }) => length)).toEqual(messages.map(({ length }) => length))
  expect(Buffer.concat(received).equals(Buffer.concat(messages))).toBe(true)
})

test('the limit can be raised', async () => {
  const running = new PipelineBuilder()
    .addStage('javascript', (message) => message)
    .withMaxMessageBytes(5 * MIB)
    .build()
    .start()
  const message = content(5 * MIB)
  await running.input.push(message)
  running.input.close()
  const { value } = await running.output.batches().next()
  expect(value?.[0]?.equals(message)).toBe(true)
})
