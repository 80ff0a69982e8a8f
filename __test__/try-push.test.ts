import { expect, test, vi } from 'vitest'
import { PipelineBuilder, passthrough, type Running } from '../index.js'
import { texts } from './messages.js'

const CAPACITY = 10

/** A JavaScript stage cannot take anything before this thread pauses. */
const start = (): Running =>
  new PipelineBuilder()
    .addStage('javascript', (message) => message, { capacity: CAPACITY })
    .build()
    .start()

test('tryPush refuses only when the ring holds its capacity: the marks do not matter', async () => {
  const running = start()
  const accepted = Array.from({ length: 3 * CAPACITY }, (_, n) => running.input.tryPush(String(n)))
  expect(accepted).toEqual(accepted.map((_, n) => n < CAPACITY))
  expect(running.metrics().edges[0]).toMatchObject({ fill: CAPACITY, pressured: true })

  const outputs = texts(running.output)
  running.input.close()
  expect(await outputs).toEqual(Array.from({ length: CAPACITY }, (_, n) => String(n)))
})

test('tryPush does not overtake pushes that wait', async () => {
  const running = start()
  const waiting = Array.from({ length: 2 * CAPACITY }, (_, n) => running.input.push(`waiting ${n}`))
  expect(running.input.tryPush('early')).toBe(false)
  const outputs = texts(running.output)
  await Promise.all(waiting)
  await vi.waitUntil(() => running.input.tryPush('late'))
  running.input.close()
  expect((await outputs).at(-1)).toBe('late')
})

test('the message may be changed as soon as tryPush returns', async () => {
  const running = new PipelineBuilder().addStage('native', passthrough()).build().start()
  const message = Buffer.from('first')
  expect(running.input.tryPush(message)).toBe(true)
  message.fill(0)
  running.input.close()
  expect(await texts(running.output)).toEqual(['first'])
})
