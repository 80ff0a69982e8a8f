import { expect, test } from 'vitest'
import { PipelineBuilder } from '../index.js'
import { through } from './messages.js'
import { refusalOf } from './refusal.js'

test('a pipeline starts once', async () => {
  const pipeline = new PipelineBuilder().addStage('stage', (message) => message).build()
  const running = pipeline.start()
  expect(await refusalOf(() => pipeline.start())).toMatchObject({
    code: 'INVALID_OPTION',
    message: expect.stringContaining('start() to be called once for each build()') as string,
  })
  await running.wait()
  expect(await refusalOf(() => pipeline.start())).toMatchObject({ code: 'INVALID_OPTION' })
})

test('a builder builds as many as wanted, each for itself', async () => {
  const builder = new PipelineBuilder().addStage('first', (message) => `${message.toString()}1`)
  const [one, same] = [builder.build().start(), builder.build().start()]
  const two = builder
    .addStage('second', (message) => `${message.toString()}2`)
    .build()
    .start()
  expect(await Promise.all([one, same, two].map((running) => through(running, ['x'])))).toEqual([
    ['x1'],
    ['x1'],
    ['x12'],
  ])
})
