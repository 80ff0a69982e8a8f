import { expect, test } from 'vitest'
import { extract, filter, gzip, join, lines, PipelineBuilder, type NativeStage } from '../index.js'
import { refusalOf } from './refusal.js'

/** Refused by the stage itself, when the pipeline is built: the error names the stage's place. */
test.each<[what: string, stage: NativeStage, text: RegExp]>([
  ['a pattern that is none', filter('('), /filter: option `pattern`: .*unclosed group/s],
  ['look-around', filter(/(?=x)/), /filter: option `pattern`: .*look-around/s],
  ['a pattern too large', filter('\\w{1000}{1000}'), /takes more than .* bytes when compiled; use smaller counts/],
  ['an unknown group', extract('(?<id>\\d+)', { group: 'name' }), /no group `name`; choose one of 0, 1 or `id`/],
  ['a group beyond the last', extract('(a)(b)', { group: 3 }), /no group 3; choose one of 0, 1 or 2/],
  ['a group beyond 2^32', extract('(a)', { group: 2 ** 32 }), /no group 4294967296/],
  ['level 10', gzip({ level: 10 }), /10 is not a level; choose one of 0/],
  [
    'a level beyond 2^32',
    gzip({ level: 2 ** 32 + 6 }),
    /gzip: option `options`: invalid value: integer `4294967302`, expected u32/,
  ],
])('%s is refused with INVALID_OPTION, naming the stage', async (_what, stage, text) => {
  const builder = new PipelineBuilder().addStage('fine', lines()).addStage('culprit', stage)
  const error = await refusalOf(() => builder.build())
  expect(error).toMatchObject({ code: 'INVALID_OPTION', stage: 'culprit' })
  expect(error.message).toMatch(text)
  expect(error.message).toContain('culprit')
})

/** Refused where it is written: it could not cross. */
test.each<[text: string, attempt: () => unknown]>([
  ['Expected maxLineBytes to be a whole number but received a number (-1)', () => lines({ maxLineBytes: -1 })],
  ['Expected separator to be a Buffer, Uint8Array or string but received a number (7)', () => join(7 as never)],
  ['Expected trailing to be true or false but received a number (1)', () => join('\n', { trailing: 1 as never })],
  ['Expected chunkBytes to be a whole number but received a number (1.5)', () => join('\n', { chunkBytes: 1.5 })],
  ['Expected pattern to be a string or a RegExp but received a number (7)', () => filter(7 as never)],
  ["Expected invert to be true or false but received the string 'no'", () => filter('x', { invert: 'no' as never })],
  ['Expected group to be a whole number but received a number (-1)', () => extract('x', { group: -1 })],
  ["Expected level to be a whole number but received the string 'best'", () => gzip({ level: 'best' as never })],
  ['Expected syncFlush to be true or false but received null', () => gzip({ syncFlush: null as never })],
])('wrong types are refused at once: %s', async (text, attempt) => {
  expect(await refusalOf(attempt)).toMatchObject({ code: 'INVALID_OPTION', message: text })
})
