import { expect, test } from 'vitest'
import { PipelineBuilder, type Running } from '../index.js'
import { numbers, texts } from './messages.js'
import { refusalOf } from './refusal.js'

test('a stage may abort the pipeline it is part of: it is not called again', async () => {
  let calls = 0
  const running: Running = new PipelineBuilder()
    .addStage('stage', (message) => {
      if (++calls === 10) running.abort('seen enough')
      return message
    })
    .build()
    .start()
  await running.input.pushBatch(numbers(1000))
  expect(await refusalOf(running.wait())).toMatchObject({ code: 'ABORTED', cause: 'seen enough' })
  expect(calls).toBe(10)
  const { ledger } = running.metrics()
  expect(ledger).toMatchObject({ accepted: 1000, inFlight: 0, balance: 0 })
  // The tenth, and all behind it.
  expect(ledger.aborted).toBeGreaterThanOrEqual(991)
})

test('a generator may do so too: it is not pulled again, and ends', async () => {
  let pulled = 0
  let ended = false
  const running: Running = new PipelineBuilder()
    .addStage('stage', function* (message) {
      try {
        for (;;) {
          if (++pulled === 10) running.abort()
          yield message
        }
      } finally {
        ended = true
      }
    })
    .build()
    .start()
  await running.input.push('x')
  expect(await refusalOf(running.wait())).toMatchObject({ code: 'ABORTED' })
  expect([pulled, ended]).toEqual([10, true])
})

test('a stage may push into the pipeline it is part of', async () => {
  const running: Running = new PipelineBuilder()
    .addStage('countdown', (message) => {
      const count = Number(message.toString())
      if (count > 0) void running.input.push(String(count - 1))
      else running.input.close()
      return message
    })
    .build()
    .start()
  await running.input.push('500')
  expect(await texts(running.output)).toEqual(numbers(501).toReversed())
})

test('a stage may look at the metrics, and sees itself at work', async () => {
  const states = new Set<string>()
  const running: Running = new PipelineBuilder()
    .addStage('curious', (message) => {
      const { stages, ledger } = running.metrics()
      states.add(stages[0]!.state)
      expect(ledger.inFlight).toBeGreaterThan(0)
      return message
    })
    .build()
    .start()
  await running.input.pushBatch(numbers(100))
  await running.wait()
  expect(states).toEqual(new Set(['busy']))
})

test('a stage may wait for the end, if it does not return the promise', async () => {
  let waiting: Promise<unknown> | undefined
  const running: Running = new PipelineBuilder()
    .addStage('patient', (message) => {
      waiting ??= running.wait()
      return message
    })
    .build()
    .start()
  await running.input.pushBatch(numbers(10))
  await running.completed
  expect(await waiting).toMatchObject({ ledger: { accepted: 10, delivered: 10 } })
})
