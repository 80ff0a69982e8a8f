import { setImmediate } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { passthrough, PipelineBuilder, type OverflowPolicy, type Running } from '../index.js'
import { numbers, texts } from './messages.js'
import { refusalOf } from './refusal.js'

const start = (policy: OverflowPolicy = 'block'): Running =>
  new PipelineBuilder().addStage('stage', passthrough(), { policy }).build().start()

test.each<OverflowPolicy>(['block', 'drop-oldest', 'drop-newest', 'error'])(
  'while paused nothing enters, then everything does, in order (%s)',
  async (policy) => {
    const running = start(policy)
    await running.input.push('0')
    expect(running.pause().paused).toBe(true)
    let settled = 0
    const pushes = [running.input.push('1'), running.input.push('2'), running.input.pushBatch(['3', '4'])]
    pushes.push(running.input.pushFrom(['5', '6']).then(() => undefined))
    for (const push of pushes) void push.then(() => settled++)
    expect([running.input.tryPush('x'), running.input.pressured]).toEqual([false, true])
    for (let turn = 0; turn < 10; turn++) await setImmediate()
    expect([settled, running.metrics().ledger.accepted]).toEqual([0, 1])

    expect(running.resume().paused).toBe(false)
    await Promise.all(pushes)
    running.input.close()
    const all = await texts(running.output)
    // Each way in by itself is in order; those beside it may come in between.
    expect([...all].sort()).toEqual(numbers(7))
    expect(all.filter((message) => '012'.includes(message))).toEqual(['0', '1', '2'])
    await running.wait()
  },
)

test('what is inside goes on, and can be taken', async () => {
  const running = start()
  await running.input.pushBatch(numbers(1000))
  running.pause()
  const batches = running.output.batches()
  let taken = 0
  while (taken < 1000) taken += (await batches.next()).value?.length ?? 0
  expect(running.metrics().ledger).toMatchObject({ delivered: 1000, inFlight: 0 })
  await running.wait()
})

test('a source is not read on', async () => {
  const running = start()
  let read = 0
  const source = function* (): Generator<string> {
    for (; read < 5000; read++) yield String(read)
  }
  running.pause()
  const pushed = running.input.pushFrom(source())
  for (let turn = 0; turn < 10; turn++) await setImmediate()
  expect(read).toBe(0)
  running.resume()
  expect(await pushed).toBe(5000)
  await running.wait()
})

test('wait() opens the tap; close() alone takes effect when it is open', async () => {
  const running = start()
  running.pause()
  const pushed = running.input.push('x')
  running.input.close()
  for (let turn = 0; turn < 10; turn++) await setImmediate()
  expect(running.metrics().stages[0]?.state).not.toBe('ended')
  expect((await running.wait()).ledger.delivered).toBe(1)
  await pushed
  expect([running.paused, running.pause().paused]).toEqual([false, false])
})

test('an abort settles what waits', async () => {
  const running = start()
  running.pause()
  const pushes = [running.input.push('x'), running.input.pushBatch(['y'])]
  running.abort('reason')
  for (const push of pushes) expect(await refusalOf(push)).toMatchObject({ code: 'ABORTED', cause: 'reason' })
})
