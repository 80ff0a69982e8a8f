import { expect, test } from 'vitest'
import { extract, filter, PipelineBuilder } from '../index.js'
import { through } from './messages.js'

const messages = ['ab', 'AB', 'x\nab', 'a\nb', 'a/b', 'größe', '7']

/** The same answer as JavaScript's own. */
test.each([
  /ab/,
  /ab/i,
  /^ab/,
  /^ab/m,
  /a.b/,
  /a.b/s,
  /^a.b|AB$/ims,
  /a\/b/,
  /ab/g,
  /gr(?:ö|oe)ße/,
  /gr.ße/u,
  /^(?<digit>\d)$/,
  new RegExp(''),
])('filter takes %s as JavaScript does', async (pattern) => {
  const running = new PipelineBuilder().addStage('filter', filter(pattern)).build().start()
  const expected = messages.filter((message) => new RegExp(pattern.source, pattern.flags).test(message))
  expect(await through(running, messages)).toEqual(expected)
})

test('extract takes its flags too', async () => {
  const running = new PipelineBuilder()
    .addStage('extract', extract(/^KEY=(?<value>\w+)$/im, { group: 'value' }))
    .build()
    .start()
  expect(await through(running, ['first\nkey=one', 'none', 'KEY=two'])).toEqual(['one', 'two'])
})

test('a pattern in a string is one of Rust: with flags inside', async () => {
  const running = new PipelineBuilder().addStage('filter', filter('(?i)^AB')).build().start()
  expect(await through(running, messages)).toEqual(['ab', 'AB'])
})
