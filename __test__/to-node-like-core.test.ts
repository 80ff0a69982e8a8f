import { once } from 'node:events'
import { type Duplex, type DuplexOptions } from 'node:stream'
import { setImmediate } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { passthrough, PipelineBuilder } from '../index.js'
import { echo } from './echo.js'

type Script = (stream: Duplex, log: unknown[]) => unknown

const reason = new Error('reason')
const EVENTS = ['prefinish', 'finish', 'end', 'error', 'close', 'drain', 'pipe', 'unpipe']

/** What happens to a stream that a script drives, up to the event `last`, and how it is left. */
async function watch(stream: Duplex, script: Script, last: string): Promise<unknown[]> {
  const log: unknown[] = []
  for (const event of EVENTS) {
    stream.on(event, (value: unknown) => log.push(value instanceof Error ? [event, name(value)] : event))
  }
  const lastEvent = new Promise((resolve) => stream.once(last, resolve))
  await script(stream, log)
  await lastEvent
  // Nothing may come behind it.
  for (let turn = 0; turn < 5; turn++) await setImmediate()
  const { destroyed, closed, readable, writable, writableEnded, writableFinished, readableEnded, readableAborted } =
    stream
  const state = {
    destroyed,
    closed,
    readable,
    writable,
    writableEnded,
    writableFinished,
    readableEnded,
    readableAborted,
  }
  return [...log, { ...state, errored: stream.errored === null ? null : name(stream.errored) }]
}

/** By what errors of the same kind are recognised. */
function name(error: Error): string {
  return (error as NodeJS.ErrnoException).code ?? error.message
}

function note(log: unknown[], what: string): (error?: Error | null) => void {
  return (error) => log.push(error instanceof Error ? [what, name(error)] : what)
}

test.each<[what: string, script: Script, last?: string, options?: DuplexOptions]>([
  ['an end without a message', (stream) => stream.resume().end()],
  ['messages and an end', (stream) => [stream.resume().write('a'), stream.end('b')]],
  ['an end that is read later', (stream) => [stream.end('a'), once(stream, 'finish').then(() => stream.resume())]],
  ['an end that nobody reads', (stream) => stream.end('a'), 'finish'],
  ['end() twice', (stream, log) => [stream.resume().end('a'), stream.end(note(log, 'second'))]],
  ['destroy()', (stream) => stream.destroy()],
  ['destroy(reason)', (stream) => stream.destroy(reason)],
  ['destroy() twice', (stream) => stream.destroy(reason).destroy(new Error('second'))],
  ['destroy(reason) behind end()', (stream) => [stream.end('a'), stream.destroy(reason)]],
  [
    'destroy(reason) behind everything',
    (stream) => [stream.resume().end(), once(stream, 'end').then(() => stream.destroy(reason))],
  ],
  [
    'destroy() while writes are held back',
    (stream, log) => {
      stream.cork()
      stream.write('a', note(log, 'written'))
      stream.destroy()
    },
  ],
  ['a write behind end()', (stream, log) => [stream.resume().end(), stream.write('late', note(log, 'written'))]],
  ['a write behind destroy()', (stream, log) => [stream.destroy(), stream.write('late', note(log, 'written'))]],
  ['an early break', (stream) => breakEarly(stream)],
  ['a reader that throws', (stream) => breakEarly(stream, reason).catch(() => undefined)],
  ['no autoDestroy', (stream) => stream.resume().end('a'), 'end', { autoDestroy: false }],
  ['no close event', (stream) => stream.resume().end('a'), 'end', { emitClose: false }],
  ['not half open', (stream) => stream.resume().end('a'), 'close', { allowHalfOpen: false }],
  ['a signal that is aborted already', (stream) => stream.resume(), 'close', { signal: AbortSignal.abort(reason) }],
  [
    'a chunk that is none',
    (stream, log) => {
      attempt(log, () => stream.write(null))
      attempt(log, () => stream.write(42))
      stream.destroy()
    },
  ],
  [
    'setEncoding()',
    async (stream, log) => {
      stream
        .setEncoding('hex')
        .on('data', (data) => log.push(data))
        .end('größe')
    },
  ],
  [
    'mixed encodings, corked',
    async (stream, log) => {
      stream.on('data', (data: Buffer) => log.push(data.toString()))
      stream.cork()
      stream.write('a', note(log, 'first'))
      stream.write('62', 'hex', note(log, 'second'))
      stream.write('Yw==', 'base64')
      stream.end(Buffer.from('d'))
      stream.uncork()
    },
    'close',
    { readableObjectMode: true },
  ],
  [
    'a write beyond the high-water mark',
    (stream, log) => {
      log.push(stream.write('ab'))
      stream.once('drain', () => stream.resume().end())
    },
    'close',
    { writableHighWaterMark: 2 },
  ],
] as [string, Script, string?, DuplexOptions?][])(
  '%s: as with a Duplex of Node itself',
  async (_what, script, last = 'close', options = {}) => {
    const core = await watch(echo(options), script, last)
    const running = new PipelineBuilder().addStage('stage', passthrough()).build().start()
    const ours = await watch(running.toNode(options), script, last)
    expect(ours).toEqual(core)
    // Its end is the pipeline's.
    if (last === 'close') expect(running.metrics().stages[0]?.state).toMatch(/ended|aborted/)
  },
)

async function breakEarly(stream: Duplex, thrown?: Error): Promise<void> {
  stream.write('a')
  const iterator = stream[Symbol.asyncIterator]()
  await iterator.next()
  if (thrown === undefined) await iterator.return?.()
  else await iterator.throw?.(thrown)
}

function attempt(log: unknown[], call: () => unknown): void {
  try {
    call()
  } catch (error) {
    log.push(['threw', name(error as Error)])
  }
}
