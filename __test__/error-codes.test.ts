import { execFileSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { ERROR_CODES, PipelineError } from '../index.js'

test('ERROR_CODES is the list of the binding, which is that of the engine', () => {
  const root = fileURLToPath(new URL('..', import.meta.url))
  const script = "process.stdout.write(JSON.stringify(require('./binding.cjs').errorCodes()))"
  const ofBinding = execFileSync(process.execPath, ['-e', script], { cwd: root, encoding: 'utf8' })
  expect(ERROR_CODES).toEqual(JSON.parse(ofBinding))
  expect(new Set(ERROR_CODES).size).toBe(ERROR_CODES.length)
})

test('PipelineError is an Error with code, stage, sequence and cause', () => {
  const cause = new Error('why')
  const error = new PipelineError({ code: 'STAGE_FAILED', message: 'what', stage: 'where', sequence: 7, cause })
  expect(error).toBeInstanceOf(Error)
  expect(error).toMatchObject({
    name: 'PipelineError',
    code: 'STAGE_FAILED',
    message: 'what',
    stage: 'where',
    sequence: 7,
  })
  expect(error.cause).toBe(cause)
  expect(String(error)).toBe('PipelineError: what')
  expect('cause' in new PipelineError({ code: 'CLOSED', message: 'closed' })).toBe(false)
})
