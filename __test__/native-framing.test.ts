import { expect, test } from 'vitest'
import {
  delimited,
  join,
  jsonArray,
  lengthPrefixed,
  lines,
  PipelineBuilder,
  withLengthPrefix,
  type NativeStage,
} from '../index.js'
import { through } from './messages.js'
import { refusalOf } from './refusal.js'

const outputs = (messages: (string | Uint8Array)[], ...stages: NativeStage[]): Promise<string[]> => {
  const builder = new PipelineBuilder()
  for (const [index, stage] of stages.entries()) builder.addStage(`stage ${index}`, stage)
  return through(builder.build().start(), messages)
}

/** Bytes in pieces of `size`. */
function* pieces(bytes: Buffer, size: number): Generator<Buffer> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size)
}

const words = ['one', '', 'three', 'aöü', 'x'.repeat(100)]

test.each([
  { lengthBytes: 1 },
  { lengthBytes: 2, endian: 'little' },
  { lengthBytes: 4, includesPrefix: true },
  { lengthBytes: 8, endian: 'big' },
  {},
] as const)('lengthPrefixed and withLengthPrefix are each other’s way back: %o', async (options) => {
  const writing = new PipelineBuilder().addStage('frame', withLengthPrefix(options)).build().start()
  await writing.input.pushBatch(words)
  writing.input.close()
  const frames: Buffer[] = []
  for await (const frame of writing.output) frames.push(frame)
  expect(await outputs([...pieces(Buffer.concat(frames), 3)], lengthPrefixed(options))).toEqual(words)
})

test.each(['--', 'äb', Uint8Array.of(0)])('delimited and join are each other’s way back: %o', async (delimiter) => {
  const [stream = ''] = await outputs(words, join(delimiter))
  expect(await outputs([...pieces(Buffer.from(stream), 1)], delimited({ delimiter }))).toEqual(words)
})

test('a message beyond the cap can be skipped, and the stage goes on', async () => {
  const running = new PipelineBuilder()
    .addStage('parts', delimited({ delimiter: ';', maxMessageBytes: 3 }), { onError: 'skip' })
    .build()
    .start()
  expect(await through(running, ['one;fo', 'ur;two'])).toEqual(['one', 'two'])
  expect((await running.wait()).ledger).toMatchObject({ skipped: 1, failed: 0 })
})

test('jsonArray: lines of JSON become one array, and none an empty one', async () => {
  const chunks = await outputs(['{"a":1}\n', '2\n[3', ']\n'], lines(), jsonArray())
  expect(JSON.parse(chunks.join(''))).toEqual([{ a: 1 }, 2, [3]])
  expect(await outputs([], jsonArray())).toEqual(['[]'])
})

test('a frame beyond the cap fails the stage, and names what to raise', async () => {
  const frames = lengthPrefixed({ lengthBytes: 1, maxMessageBytes: 3 })
  const running = new PipelineBuilder().addStage('frames', frames).build().start()
  await running.input.push(Uint8Array.of(4))
  const error = await refusalOf(running.wait())
  expect(error).toMatchObject({ code: 'STAGE_FAILED', stage: 'frames', sequence: 0 })
  expect(error.message).toContain('claims a message of 4 bytes')
})

test('frames of lines: three native stages in a chain', async () => {
  const chunks = await outputs(['one\ntw', 'o\n'], lines(), withLengthPrefix({ lengthBytes: 1 }), join(''))
  expect(chunks.join('')).toBe('\x03one\x03two')
})

test.each<[text: string, attempt: () => unknown]>([
  [
    "Expected endian to be 'big' or 'little' but received the string 'middle'",
    () => lengthPrefixed({ endian: 'middle' as never }),
  ],
  [
    'Expected lengthBytes to be a whole number but received a number (1.5)',
    () => withLengthPrefix({ lengthBytes: 1.5 as never }),
  ],
  [
    'Expected includesPrefix to be true or false but received a number (1)',
    () => withLengthPrefix({ includesPrefix: 1 as never }),
  ],
  [
    'Expected maxMessageBytes to be a whole number but received a number (-1)',
    () => lengthPrefixed({ maxMessageBytes: -1 }),
  ],
  [
    'Expected delimiter to be a Buffer, Uint8Array or string but received a number (7)',
    () => delimited({ delimiter: 7 as never }),
  ],
])('wrong types are refused at once: %s', async (text, attempt) => {
  expect(await refusalOf(attempt)).toMatchObject({ code: 'INVALID_OPTION', message: text })
})

test.each<[what: string, stage: NativeStage, text: RegExp]>([
  ['a length of 3 bytes', lengthPrefixed({ lengthBytes: 3 as never }), /3 is not the size of a length/],
  ['the same on the way back', withLengthPrefix({ lengthBytes: 0 as never }), /choose one of 1, 2, 4 or 8 bytes/],
  ['an empty delimiter', delimited({ delimiter: '' }), /option `delimiter`: it is empty/],
])('%s is refused when the pipeline is built', async (_what, stage, text) => {
  const error = await refusalOf(() => new PipelineBuilder().addStage('culprit', stage).build())
  expect(error).toMatchObject({ code: 'INVALID_OPTION', stage: 'culprit' })
  expect(error.message).toMatch(text)
})
