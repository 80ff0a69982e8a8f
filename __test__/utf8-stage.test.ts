import { expect, test } from 'vitest'
import { lines, PipelineBuilder, utf8 } from '../index.js'
import { through } from './messages.js'

const start = (): ReturnType<ReturnType<PipelineBuilder['build']>['start']> =>
  new PipelineBuilder()
    .addStage('lines', lines())
    .addStage(
      'marked',
      utf8((text) => `<${text}>`),
    )
    .build()
    .start()

test.each([
  ['ASCII', ['a', '', 'bc', 'd'.repeat(100)]],
  ['more than ASCII', ['grün', 'a', '', '日本', '😀😀', 'b']],
])('a text stage is called with text and gives text: %s', async (_what, texts) => {
  expect(await through(start(), [texts.join('\n') + '\n'])).toEqual(texts.map((text) => `<${text}>`))
})

test('what is no UTF-8 becomes U+FFFD, in that message alone', async () => {
  const bytes = Buffer.concat([Buffer.from('a\n'), Buffer.from([0xc3]), Buffer.from('\n'), Buffer.from([0xa4, 0x0a])])
  expect(await through(start(), [bytes])).toEqual(['<a>', '<\ufffd>', '<\ufffd>'])
})

test('halves of a surrogate pair in two outputs do not become one character', async () => {
  const running = new PipelineBuilder()
    .addStage(
      'split',
      utf8((text) => text.split('')),
    )
    .build()
    .start()
  expect(await through(running, ['a😀b', 'ü'])).toEqual(['a', '\ufffd', '\ufffd', 'b', 'ü'])
})

test('text and bytes may be given by turns', async () => {
  const running = new PipelineBuilder()
    .addStage(
      'turns',
      utf8((text) => ['ä', Buffer.from(text), 'b', new Uint8Array([0x63]), '€']),
    )
    .build()
    .start()
  expect(await through(running, ['1', '2'])).toEqual(['ä', '1', 'b', 'c', '€', 'ä', '2', 'b', 'c', '€'])
})

test('text that takes three bytes a character fits as bytes do', async () => {
  const text = '€'.repeat(100_000)
  const running = new PipelineBuilder()
    .addStage(
      'same',
      utf8((message) => [message, message, message]),
    )
    .withMaxMessageBytes(300_000)
    .build()
    .start()
  expect(await through(running, [text])).toEqual([text, text, text])
})
