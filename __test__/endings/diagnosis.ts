// What a process that does not end is doing, as the kernel sees it. Linux only.

import { readdirSync, readFileSync } from 'node:fs'

/** A line for each thread, and its kernel stack where that may be read. */
export function diagnose(pid: number): string {
  const tasks = `/proc/${pid}/task`
  try {
    return readdirSync(tasks)
      .map((id) => thread(`${tasks}/${id}`))
      .join('\n')
  } catch (error) {
    return `nothing to be seen of process ${pid}: ${String(error)}`
  }
}

function thread(folder: string): string {
  const state = /^State:\s*(.*)$/m.exec(read(`${folder}/status`))?.[1] ?? '?'
  const where = `${read(`${folder}/comm`)}: ${state}, in ${read(`${folder}/wchan`)}, syscall ${read(`${folder}/syscall`)}`
  const stack = read(`${folder}/stack`)
  return stack === '' ? where : `${where}\n  ${stack.replaceAll('\n', '\n  ')}`
}

/** Empty if the thread has ended meanwhile, or the kernel does not show it. */
function read(path: string): string {
  try {
    return readFileSync(path, 'utf8').trim()
  } catch {
    return ''
  }
}
