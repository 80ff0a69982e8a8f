import { AsyncLocalStorage } from 'node:async_hooks'
import { expect, test } from 'vitest'
import { batch, bytes, PipelineBuilder } from '../index.js'
import { numbers, through } from './messages.js'

test('the AsyncLocalStorage of start() is there inside stages, whoever wakes them', async () => {
  const storage = new AsyncLocalStorage<string>()
  const seen = new Set<string | undefined>()
  const pipeline = new PipelineBuilder()
    .addStage('plain', (message) => {
      seen.add(storage.getStore())
      return message
    })
    .addStage(
      'async',
      bytes(
        async (message) => {
          await Promise.resolve()
          seen.add(storage.getStore())
          return message
        },
        { concurrency: 2 },
      ),
    )
    .addStage(
      'batch',
      batch(() => {
        seen.add(storage.getStore())
      }),
    )
    .build()
  const running = storage.run('of start', () => pipeline.start())
  await storage.run('of push', () => through(running, numbers(3000)))
  expect([...seen]).toEqual(['of start'])
})
