import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { promisify } from 'node:util'
import { gunzipSync } from 'node:zlib'

import { afterAll, beforeAll, describe, expect, test } from 'vitest'

const run = promisify(execFile)
/** Newer versions of Node warn of what tsx does. */
const env = { ...process.env, NODE_NO_WARNINGS: '1' }
const nodeArgs = (example: string, args: string[]): string[] => ['--import', 'tsx', `examples/${example}.ts`, ...args]

/** What an example prints. */
async function printed(example: string, ...args: string[]): Promise<string> {
  const { stdout, stderr } = await run(process.execPath, nodeArgs(example, args), { env })
  expect(stderr).toBe('')
  return stdout
}

/** What a job that must not succeed says, and its exit code. */
async function refusal(...args: string[]): Promise<{ code: number | null; stderr: string }> {
  const job = spawn(process.execPath, nodeArgs('job/main', ['--plain', ...args]), {
    env,
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  const [stderr] = await Promise.all([text(job.stderr), once(job, 'close')])
  return { code: job.exitCode, stderr }
}

let folder: string
const inFolder = (name: string): string => join(folder, name)
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'stream-pipeline-'))
})
afterAll(() => rm(folder, { recursive: true }))

async function recordsIn(name: string): Promise<unknown[]> {
  const lines = gunzipSync(await readFile(inFolder(name))).toString()
  return lines
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as unknown)
}

const numberIn = (text: string, pattern: RegExp): number => Number(pattern.exec(text)?.[1]?.replaceAll(',', ''))

describe('short examples', () => {
  test('hello prints the lines that match', async () => {
    expect(await printed('hello')).toBe('disk full\ndisk still full\n')
  })

  test('files prints the lines of two files that match', async () => {
    expect(await printed('files')).toBe('ERROR disk full\nERROR disk gone\n2 chunks were read\n')
  })

  test('gunzip prints the lines of a packed log that match', async () => {
    expect(await printed('gunzip')).toBe('ERROR disk full\n')
  })

  test('framing prints the messages that are short enough', async () => {
    expect(await printed('framing')).toBe('tempe\nhumidity\nwind\n1 skipped\n')
  })

  test('flow prints one of ten readings, three in a line', async () => {
    const readings = [0, 10, 20, 30, 40, 50, 60].map((n) => `{"reading":${n}}`)
    const rows = [readings.slice(0, 3), readings.slice(3, 6), readings.slice(6)]
    expect(await printed('flow')).toBe(rows.map((row) => `${row.join(' ')}\n`).join(''))
  })

  test('json-lines prints the failures with fewer fields, and that one message was torn', async () => {
    expect((await printed('json-lines')).trimEnd().split('\n')).toEqual([
      '{"at":"10:00:02","path":"/cart","user":7}',
      '{"at":"10:00:04","path":"/pay"}',
      'skipped: 1',
    ])
  })

  test('windows prints requests, bytes and p99 of each second and host', async () => {
    const counted = (await printed('windows')).trimEnd().split('\n')
    const requests = counted.map((line) => numberIn(line, / (\d+) requests/))
    expect(requests.reduce((sum, count) => sum + count)).toBe(300)
    expect(counted[0]).toMatch(/^11:59:59 \w+: \d+ requests, \d+ bytes, p99 \d+ ms$/)
  })

  test('own-stage prints each word once, and what its stages emitted and absorbed', async () => {
    expect((await printed('own-stage')).trimEnd().split('\n')).toEqual([
      ...['the', 'early', 'bird', 'catches', 'worm', 'second', 'mouse', 'gets', 'cheese'],
      'words: 3 received, 12 emitted, 0 absorbed',
      'distinct: 12 received, 9 emitted, 3 absorbed',
    ])
  })

  test('worker prints what is beyond the limit, in order', async () => {
    const printedLines = (await printed('worker')).trimEnd().split('\n')
    expect(printedLines.slice(0, 2)).toEqual(['order 199: 2.02 times the limit', 'order 299: 3.04 times the limit'])
    expect(printedLines.at(-1)).toMatch(/^\d+ of 1000 orders are beyond the limit$/)
  })

  test('async prints results in the order of their messages, and how many calls there were at once', async () => {
    const names = ['Ada', 'Grace', 'Edsger', 'Barbara', 'Tony', 'Leslie']
    const results = names.map((name) => JSON.stringify({ name, length: name.length }))
    expect(await printed('async')).toBe([...results, 'at most 4 lookups at once', ''].join('\n'))
  })

  test('batch prints the first words, without their vowels at the start', async () => {
    expect(await printed('batch')).toBe('rly\nch\nworms\nh\n')
  })

  test('access-log prints the requests that failed, as JSON', async () => {
    expect(await printed('access-log')).toBe(
      [
        '{"ip":"::1","method":"PUT","path":"/a","status":500,"bytes":17}',
        '{"ip":"::2","method":"GET","path":"/none","status":404}',
        '',
      ].join('\n'),
    )
  })

  test('backpressure shows written = what the rings and the stage hold, while nobody reads', async () => {
    const [held = '', done = ''] = (await printed('backpressure')).split(/^All/m)
    const written = numberIn(held, /(\d+) written/)
    const work = numberIn(held, /'work' .* (\d+) of 100/)
    const output = numberIn(held, /'output' .* (\d+) of 100/)
    expect(written).toBe(work + numberIn(held, /has (\d+) in hand/) + output)
    expect(output).toBeGreaterThanOrEqual(80)
    expect(output).toBeLessThanOrEqual(100)
    expect(done).toMatch(
      /^ 1000 are read: 1000 written\n.* 0 of 100.*\n.* 0 of 100.*\n.*\nThe writer was held up \d+ times\n$/,
    )
  })
})

describe('the job', () => {
  test('makes each row of a table a line of JSON, as often as it is read', async () => {
    await writeFile(inFolder('table.csv'), 'name,count\r\nplain,1\r\n"quoted, twice",007\r\nempty,')
    const args = ['--plain', '--input', inFolder('table.csv'), '--output', inFolder('table.gz'), '--repeat', '2']
    const stdout = await printed('job/main', ...args)
    const rows = [
      { name: 'plain', count: 1 },
      { name: 'quoted, twice', count: '007' },
      { name: 'empty', count: null },
    ]
    expect(await recordsIn('table.gz')).toEqual([...rows, ...rows])
    expect(stdout).toContain('8 lines of')
    expect(stdout).toContain('table.gz: 6 records')
    expect(stdout).not.toMatch(/[^\n\P{Cc}]/u)
  })

  test('keeps the strikes with a speed, in metric units', async () => {
    const stdout = await printed('job/main', '--plain', '--repeat', '1', '--output', inFolder('strikes.gz'))
    const source = await readFile('node_modules/vega-datasets/data/birdstrikes.csv', 'utf8')
    const withSpeed = source.split('\r\n').filter((line) => /,[1-9]\d*$/.test(line))
    const records = await recordsIn('strikes.gz')
    expect(records).toHaveLength(withSpeed.length)
    expect(records[0]).toMatchObject({ species: 'Turkey vulture', speedKmh: 556, impactJoulesPerKg: 11909 })
    const entered = numberIn(stdout, /accepted ([\d,]+)/) + numberIn(stdout, /created ([\d,]+)/)
    const left = ['delivered', 'dropped', 'absorbed', 'failed', 'aborted', 'in flight'].map((name) =>
      numberIn(stdout, new RegExp(`${name} ([\\d,]+)`)),
    )
    expect(left.reduce((sum, term) => sum + term)).toBe(entered)
  })

  test.each([
    ['SIGINT', 130],
    ['SIGTERM', 143],
  ] as const)('finishes what is in flight after %s, and exits with %i', async (signal, code) => {
    const args = ['--plain', '--repeat', '100000', '--output', inFolder(`${signal}.gz`)]
    const job = spawn(process.execPath, nodeArgs('job/main', args), { env, stdio: ['ignore', 'pipe', 'inherit'] })
    let stdout = ''
    job.stdout.setEncoding('utf8').on('data', (chunk: string) => {
      stdout += chunk
      if (!job.killed && chunk.includes('reading:')) job.kill(signal)
    })
    expect(await once(job, 'close')).toEqual([code, null])
    expect(stdout).toContain(`Interrupted by ${signal}`)
    expect(stdout).toContain('aborted 0 + in flight 0')
    expect(await recordsIn(`${signal}.gz`)).toHaveLength(numberIn(stdout, /: ([\d,]+) records,/))
  })

  test('says in a line what was wrong, and exits with 1; with 2 for wrong options', async () => {
    await writeFile(inFolder('torn.csv'), 'a,b\n1,2\n3\n')
    const output = ['--output', inFolder('none.gz')]
    const torn = await refusal('--input', inFolder('torn.csv'), ...output)
    expect(torn.stderr).toMatch(/is incomplete\.\nError: stage `reshape` failed at message 2: .* received 1: 3\n$/)
    expect(torn.code).toBe(1)
    for (const unusable of [
      ['--input', inFolder('missing.csv')],
      ['--output', join(folder, 'no', 'such', 'folder')],
    ]) {
      const { code, stderr } = await refusal(...output, ...unusable)
      expect(stderr).toMatch(/^Error: ENOENT: .*\n$/)
      expect(code).toBe(1)
    }
    for (const wrong of [['--repeat', '0'], ['--match', '('], ['--bogus']]) {
      const { code, stderr } = await refusal(...output, ...wrong)
      expect(stderr).toContain('See --help.')
      expect(code).toBe(2)
    }
  })
})
