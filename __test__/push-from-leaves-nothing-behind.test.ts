import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { expect, test } from 'vitest'
import { passthrough, PipelineBuilder } from '../index.js'

setFlagsFromString('--expose-gc')
const collectGarbage = runInNewContext('gc') as () => void

const MESSAGES = 100_000

test('a long source with a signal that lives long leaves no memory behind for each message', async () => {
  const running = new PipelineBuilder().addStage('stage', passthrough()).build().start()
  running.output.close()
  const used = (): number => {
    collectGarbage()
    return process.memoryUsage().heapUsed
  }
  let before = 0
  let after = 0
  async function* source(): AsyncGenerator<string> {
    for (let n = 0; n < MESSAGES; n++) {
      if (n === 1000) before = used()
      yield 'message'
    }
    after = used()
  }
  const { signal } = new AbortController()
  expect(await running.input.pushFrom(source(), { signal })).toBe(MESSAGES)
  // A promise and its reaction take about 200 bytes.
  expect((after - before) / MESSAGES).toBeLessThan(20)
})
