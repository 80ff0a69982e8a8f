import { expect, test } from 'vitest'
import { passthrough, PipelineBuilder } from '../index.js'

/** Gives one message, says so, and then nothing for ever. */
function quiet(): { source: AsyncIterable<string>; waiting: Promise<void> } {
  let isWaiting!: () => void
  const waiting = new Promise<void>((resolve) => (isWaiting = resolve))
  async function* source(): AsyncGenerator<string> {
    yield 'one'
    isWaiting()
    await new Promise(() => undefined)
  }
  return { source: source(), waiting }
}

test('wait() does not wait for a source that gives nothing: pushFrom rejects with CLOSED', async () => {
  const running = new PipelineBuilder().addStage('stage', passthrough()).build().start()
  const { source, waiting } = quiet()
  const pushed = running.input.pushFrom(source)
  pushed.catch(() => undefined)
  await waiting
  expect((await running.wait()).ledger).toMatchObject({ accepted: 1, delivered: 1 })
  await expect(pushed).rejects.toMatchObject({ code: 'CLOSED' })
})

test('abort() ends it with the reason', async () => {
  const running = new PipelineBuilder().addStage('stage', passthrough()).build().start()
  const { source, waiting } = quiet()
  const pushed = running.input.pushFrom(source)
  pushed.catch(() => undefined)
  await waiting
  running.abort('reason')
  await expect(pushed).rejects.toMatchObject({ code: 'ABORTED', cause: 'reason' })
})
