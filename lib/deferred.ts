// A promise and the two ends of it.

export interface Deferred<T> {
  readonly promise: Promise<T>
  readonly resolve: (value: T | PromiseLike<T>) => void
  readonly reject: (reason: unknown) => void
}

/** What `Promise.withResolvers()` is from Node 22 on. */
export function deferred<T>(): Deferred<T> {
  let resolve!: Deferred<T>['resolve']
  let reject!: Deferred<T>['reject']
  const promise = new Promise<T>((res, rej) => {
    resolve = res
    reject = rej
  })
  return { promise, resolve, reject }
}

/** For a promise that a caller may ignore, because its failure is told elsewhere as well. */
export function tolerated<T>(promise: Promise<T>): Promise<T> {
  promise.catch(() => undefined)
  return promise
}
