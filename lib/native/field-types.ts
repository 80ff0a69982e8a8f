// The types that parts of text have as JSON values.

import { invalid } from '../pipeline-error.js'

/** What a part of a text becomes: `'number'` and `'boolean'` make `null` of an empty one. */
export type FieldType = 'string' | 'number' | 'boolean'

/** Types by name; what is not named is a string. */
export type FieldTypes = Readonly<Record<string, FieldType>>

/** What a part of a text can be in JSON. */
export type FieldValue = string | number | boolean | null

/** Refuses what is neither left out nor an object of names. */
export function checkTypes(name: string, value: unknown): void {
  if (value === undefined) return
  const isObject = typeof value === 'object' && value !== null && !Array.isArray(value)
  if (!isObject) throw invalid(name, 'an object of types by name', value)
  for (const [key, type] of Object.entries(value)) {
    if (!['string', 'number', 'boolean'].includes(type as string)) {
      throw invalid(`${name}.${key}`, "'string', 'number' or 'boolean'", type)
    }
  }
}
