// A second copy of the built package, under another path, with what the programs load from it.

import { cpSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const ROOT = fileURLToPath(new URL('../../', import.meta.url))

export interface Copy extends Disposable {
  readonly path: string
}

/** Copies the package; the copy is removed at the end of its scope. */
export function copyOfThePackage(): Copy {
  const path = mkdtempSync(join(tmpdir(), 'stream-pipeline-copy-'))
  const binaries = readdirSync(ROOT).filter((name) => name.endsWith('.node'))
  for (const name of ['package.json', 'binding.cjs', 'dist', '__test__/fixtures', ...binaries]) {
    cpSync(join(ROOT, name), join(path, name), { recursive: true })
  }
  return { path, [Symbol.dispose]: () => rmSync(path, { recursive: true }) }
}
