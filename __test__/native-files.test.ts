import { appendFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join as pathOf } from 'node:path'
import { afterEach, beforeEach, expect, expectTypeOf, test } from 'vitest'
import { files, filter, join, lines, PipelineBuilder, toFile, utf8, type Running } from '../index.js'
import { refusalOf } from './refusal.js'

let folder: string
const path = (name: string): string => pathOf(folder, name)

beforeEach(() => {
  folder = mkdtempSync(pathOf(tmpdir(), 'files-'))
})
afterEach(() => {
  rmSync(folder, { recursive: true })
})

async function textOf(running: Running, count = Infinity): Promise<string[]> {
  const seen: string[] = []
  for await (const message of running.output) {
    if (seen.push(message.toString()) === count) break
  }
  return seen
}

test('from file to file, without a message in JavaScript', async () => {
  const text = Array.from({ length: 50_000 }, (_, n) => `${n % 3 === 0 ? 'ERROR' : 'INFO'} ${n}\n`)
  writeFileSync(path('1.log'), text.slice(0, 20_000).join(''))
  writeFileSync(path('2.log'), text.slice(20_000).join(''))
  const running = new PipelineBuilder()
    .addSource('logs', files(path('*.log')))
    .addStage('lines', lines())
    .addStage('errors', filter('^ERROR'))
    .addStage('join', join())
    .addStage('out', toFile(path('out'), { mode: 'replace', sync: 'at-end' }))
    .build()
    .start()
  const { ledger } = await running.wait()
  expect(readFileSync(path('out'), 'utf8')).toBe(text.filter((line) => line.startsWith('ERROR')).join(''))
  expect(ledger).toMatchObject({ inFlight: 0, balance: 0 })
})

test('a source ends the pipeline by its own end, and nothing is pushed beside it', async () => {
  writeFileSync(path('in'), 'a\nb')
  const running = new PipelineBuilder()
    .addSource('in', files([path('in')], { chunkBytes: 1 }))
    .addStage('lines', lines())
    .addStage(
      'upper',
      utf8((text) => text.toUpperCase()),
    )
    .build()
    .start()
  await expect(running.input.push('x')).rejects.toMatchObject({ code: 'CLOSED' })
  expect(await textOf(running)).toEqual(['A', 'B'])
  await running.completed
  expect((await running.wait()).ledger).toMatchObject({ accepted: 3, delivered: 2 })
})

test('a followed file is read on as it grows, until a drain', async () => {
  const builder = new PipelineBuilder()
    .addSource('log', files(path('app.log'), { follow: true, pollMs: 1 }))
    .addStage('lines', lines())
  const running = builder.build().start()
  const seen = textOf(running)
  writeFileSync(path('app.log'), 'one\n')
  while (running.metrics().ledger.delivered < 1) await new Promise((resolve) => setImmediate(resolve))
  appendFileSync(path('app.log'), 'two\n')
  while (running.metrics().ledger.delivered < 2) await new Promise((resolve) => setImmediate(resolve))
  const report = await running.drain({ timeoutMs: 30_000 })
  expect(report.ledger.delivered).toBe(2)
  expect(await seen).toEqual(['one', 'two'])
})

test('what goes wrong with a file is told with its name', async () => {
  const missing = new PipelineBuilder()
    .addSource('in', files(path('none')))
    .addStage('lines', lines())
    .build()
    .start()
  const error = await refusalOf(async () => missing.wait())
  expect(error).toMatchObject({ code: 'STAGE_FAILED', stage: 'in', sequence: 0 })
  expect(error.message).toContain(path('none'))

  const unwritable = new PipelineBuilder().addStage('out', toFile(path('no/folder')))
  expect(await refusalOf(() => unwritable.build())).toMatchObject({ code: 'INVALID_OPTION', stage: 'out' })
  const nothing = new PipelineBuilder().addSource('in', files(path('*.none'))).addStage('lines', lines())
  expect(await refusalOf(() => nothing.build())).toMatchObject({ code: 'INVALID_OPTION', stage: 'in' })
})

test.each<[text: string, attempt: () => unknown]>([
  ['Expected paths to be a string or an array of strings', () => files(7 as never)],
  ['Expected follow to be true or false', () => files('x', { follow: 1 as never })],
  ['Expected chunkBytes to be a whole number', () => files('x', { chunkBytes: 0.5 })],
  ['Expected path to be a string', () => toFile(undefined as never)],
  [
    "Expected source 'in' to be a source such as files(paths)",
    () => new PipelineBuilder().addSource('in', lines() as never),
  ],
])('wrong types are refused at once: %s', async (text, attempt) => {
  const error = await refusalOf(attempt)
  expect(error.code).toBe('INVALID_OPTION')
  expect(error.message).toContain(text)
})

test('a sink passes on what it was given, with its type', () => {
  const builder = new PipelineBuilder().addStage('lines', lines()).addStage('out', toFile('/dev/null'))
  expectTypeOf(builder).toEqualTypeOf<PipelineBuilder>()
})
