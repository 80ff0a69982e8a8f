import { gzipSync } from 'node:zlib'
import { expect, test } from 'vitest'
import { gunzip, gzip, lines, PipelineBuilder } from '../index.js'
import { through } from './messages.js'
import { refusalOf } from './refusal.js'

test('gunzip unpacks what others packed, members one behind the other, cut anywhere, into lines', async () => {
  const written = Array.from({ length: 5000 }, (_, n) => `line ${n} of a log`)
  const text = written.map((line) => `${line}\n`).join('')
  const file = Buffer.concat([
    gzipSync(text.slice(0, 40_001)),
    gzipSync(''),
    gzipSync(text.slice(40_001), { level: 1 }),
  ])
  const pieces = Array.from({ length: Math.ceil(file.length / 777) }, (_, n) => file.subarray(n * 777, (n + 1) * 777))
  const pipeline = new PipelineBuilder().addStage('gunzip', gunzip()).addStage('lines', lines()).build()
  expect(await through(pipeline.start(), pieces)).toEqual(written)
})

test('gzip and gunzip are each other’s way back', async () => {
  const messages = Array.from({ length: 1000 }, (_, n) => `message ${n}\n`)
  const pipeline = new PipelineBuilder().addStage('pack', gzip()).addStage('unpack', gunzip()).build()
  expect((await through(pipeline.start(), messages)).join('')).toBe(messages.join(''))
})

test.each<[what: string, file: Buffer, text: RegExp]>([
  ['truncated', gzipSync('content').subarray(0, 20), /ends at byte 20, within the gzip member that begins at byte 0/],
  ['not gzip', Buffer.from('plain text'), /incorrect header check at byte 2 .* the input is not gzip/],
  ['a bomb', gzipSync(Buffer.alloc(16 * 1024 * 1024)), /more comes out than max_ratio \(250 bytes for each/],
])('gunzip: input that is %s fails the stage, and the error names the byte', async (_what, file, text) => {
  const running = new PipelineBuilder().addStage('gunzip', gunzip()).build().start()
  const error = await refusalOf(Promise.all([through(running, [file]), running.wait()]))
  expect(error).toMatchObject({ code: 'STAGE_FAILED', stage: 'gunzip' })
  expect(error.message).toMatch(text)
})

test('gunzip: options are refused where they are written, or by the stage', async () => {
  expect(await refusalOf(() => gunzip({ maxOutputBytes: -1 }))).toMatchObject({
    message: 'Expected maxOutputBytes to be a whole number but received a number (-1)',
  })
  const error = await refusalOf(() => new PipelineBuilder().addStage('gunzip', gunzip({ maxRatio: 0 })).build())
  expect(error).toMatchObject({ code: 'INVALID_OPTION', stage: 'gunzip' })
  expect(error.message).toContain('option `max_ratio`')
})
