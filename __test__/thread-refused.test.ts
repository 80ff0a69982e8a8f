import { readdirSync } from 'node:fs'
import { expect, test } from 'vitest'
import { passthrough, PipelineBuilder, type Running } from '../index.js'
import { through } from './messages.js'
import { refusalOf } from './refusal.js'

const start = (stackBytes: number): Running =>
  new PipelineBuilder()
    .addStage('javascript', (message) => message)
    .addStage('native', passthrough())
    .withStackBytes(stackBytes)
    .build()
    .start()

test('when the operating system refuses a thread, start() throws THREAD_REFUSED, and a retry works', async () => {
  const threads = readdirSync('/proc/self/task').length
  // More than a process can address.
  const error = await refusalOf(() => start(2 ** 47))
  expect(error).toMatchObject({ code: 'THREAD_REFUSED', stage: 'native' })
  expect(error.message).toMatch(
    /refused a thread for stage `native`: .*; lower the number of stages or their stack size/,
  )
  expect(readdirSync('/proc/self/task')).toHaveLength(threads)
  expect(await through(start(2 ** 18), ['a', 'b'])).toEqual(['a', 'b'])
})
