// What a value is, in a few words, for error messages.

/** Names the type of a value, and the value itself where it is short. */
export function show(value: unknown): string {
  if (value === null || value === undefined || typeof value === 'boolean') return String(value)
  if (typeof value === 'number' || typeof value === 'bigint') return `a ${typeof value} (${value})`
  if (typeof value === 'string') return value.length <= 40 ? `the string '${value}'` : 'a string'
  if (typeof value === 'object') {
    const { name } = (Object.getPrototypeOf(value) as { constructor?: { name: string } } | null)?.constructor ?? {}
    return name === undefined || name === 'Object' ? 'an object' : `an instance of ${name}`
  }
  return `a ${typeof value}`
}

/** What was thrown, in a line. */
export function describe(thrown: unknown): string {
  try {
    return thrown instanceof Error ? `${thrown.name}: ${thrown.message}` : `it threw ${show(thrown)}`
  } catch {
    return 'it threw something that throws when it is looked at'
  }
}
