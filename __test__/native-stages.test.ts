import { gunzipSync } from 'node:zlib'
import { expect, test } from 'vitest'
import { extract, filter, gzip, join, lines, passthrough, PipelineBuilder, type NativeStage } from '../index.js'
import { through } from './messages.js'
import { refusalOf } from './refusal.js'

const outputs = (stage: NativeStage, messages: (string | Uint8Array)[]): Promise<string[]> =>
  through(new PipelineBuilder().addStage('stage', stage).build().start(), messages)

test('passthrough gives what it takes', async () => {
  expect(await outputs(passthrough(), ['a', '', 'b'])).toEqual(['a', '', 'b'])
})

test('lines: bytes cut anywhere become lines, CRLF too, and the last one without newline', async () => {
  expect(await outputs(lines(), ['one\r', '\ntw', 'o\n\nth', 'ree'])).toEqual(['one', 'two', '', 'three'])
})

test('lines: one longer than its cap fails the stage', async () => {
  const running = new PipelineBuilder()
    .addStage('lines', lines({ maxLineBytes: 3 }))
    .build()
    .start()
  await running.input.push('abc\nabcd\n')
  const error = await refusalOf(running.wait())
  expect(error).toMatchObject({ code: 'STAGE_FAILED', stage: 'lines', sequence: 0 })
  expect(error.message).toContain('(3 bytes)')
  expect(error.cause).toBeUndefined()
})

test('join: a separator behind each message, or only between them', async () => {
  expect((await outputs(join(), ['a', 'b'])).join('')).toBe('a\nb\n')
  expect((await outputs(join(', ', { trailing: false }), ['a', 'b', 'c'])).join('')).toBe('a, b, c')
  expect((await outputs(join(Uint8Array.of(0)), ['a', 'b'])).join('')).toBe('a\0b\0')
})

test('join: chunks of the size that is asked for', async () => {
  const chunks = await outputs(join('', { chunkBytes: 10 }), Array<string>(100).fill('xxxx'))
  expect(Math.max(...chunks.map(({ length }) => length))).toBeLessThanOrEqual(10)
  expect(chunks.join('')).toBe('x'.repeat(400))
})

test('filter keeps what matches, or what does not', async () => {
  expect(await outputs(filter('b+'), ['abba', 'none', 'b'])).toEqual(['abba', 'b'])
  expect(await outputs(filter('b+', { invert: true }), ['abba', 'none', 'b'])).toEqual(['none'])
})

test('extract narrows a message to a group', async () => {
  const messages = ['id=12 x', 'nothing', 'id=7 y']
  expect(await outputs(extract('id=(\\d+) (?<tail>.)'), messages)).toEqual(['12', '7'])
  expect(await outputs(extract('id=(\\d+) (?<tail>.)', { group: 'tail' }), messages)).toEqual(['x', 'y'])
  expect(await outputs(extract('id=(\\d+)', { group: 0 }), messages)).toEqual(['id=12', 'id=7'])
  expect(await outputs(extract('\\d+'), messages)).toEqual(['12', '7'])
})

test.each([0, 1, 6, 9])('gzip makes one stream that gunzip reads (level %i)', async (level) => {
  const running = new PipelineBuilder().addStage('gzip', gzip({ level })).build().start()
  const messages = Array.from({ length: 1000 }, (_, n) => `message ${n}\n`)
  await running.input.pushBatch(messages)
  running.input.close()
  const chunks: Buffer[] = []
  for await (const chunk of running.output) chunks.push(chunk)
  expect(gunzipSync(Buffer.concat(chunks)).toString()).toBe(messages.join(''))
})

test('gzip with syncFlush can be unpacked at any time', async () => {
  const running = new PipelineBuilder()
    .addStage('gzip', gzip({ syncFlush: true }))
    .build()
    .start()
  await running.input.push('now')
  const { value } = await running.output[Symbol.asyncIterator]().next()
  expect(gunzipSync(value!, { finishFlush: 2 }).toString()).toBe('now')
  running.abort()
})
