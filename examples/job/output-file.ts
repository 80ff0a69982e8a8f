// The file that is written.

import { mkdir, open, stat } from 'node:fs/promises'
import { dirname } from 'node:path'
import type { WriteStream } from 'node:fs'

/** Opens it, and empties it if it was there. */
export async function openOutput(path: string, input: string): Promise<WriteStream> {
  if (await isSameFile(path, input)) throw new Error(`${path} is the input; write to another file`)
  // Of the folder, what can be wrong is told by open().
  await mkdir(dirname(path)).catch(() => undefined)
  const file = await open(path, 'w')
  return file.createWriteStream()
}

async function isSameFile(path: string, other: string): Promise<boolean> {
  try {
    const [one, two] = await Promise.all([stat(path), stat(other)])
    return one.dev === two.dev && one.ino === two.ino
  } catch {
    return false // One of them is not there yet.
  }
}
