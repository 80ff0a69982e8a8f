// A registry on this machine that offers what was packed as if it were published, and nothing else: so that package
// managers choose a platform's package by themselves. The manifests of platforms that were not packed here are offered
// too; their tarballs are not, and whoever asks for one has chosen wrongly.

import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'

import type { Tarballs } from './pack.js'
import { type Manifest, PLATFORMS, readManifest, ROOT } from './platforms.js'

export interface Registry {
  readonly url: string
  /** The tarballs that were asked for, each once. */
  readonly fetched: ReadonlySet<string>
  close(): void
}

const manifestIn = (tarball: string): Manifest =>
  JSON.parse(execFileSync('tar', ['-xzOf', tarball, 'package/package.json'], { encoding: 'utf8' })) as Manifest

const tarballPath = ({ name, version }: Manifest): string => `/${name}/-/${name.split('/')[1]!}-${version}.tgz`

/** Serves `tarballs` on a free port of this machine. */
export async function serve(tarballs: Tarballs): Promise<Registry> {
  const manifests = new Map([
    ...PLATFORMS.map(({ name }) => readManifest(new URL(`npm/${name}/package.json`, ROOT))).map(
      (manifest) => [manifest.name, manifest] as const,
    ),
    ...[...tarballs].map(([name, tarball]) => [name, manifestIn(tarball)] as const),
  ])
  const fetched = new Set<string>()
  const server = createServer((request, response) => {
    const path = decodeURIComponent(request.url ?? '')
    const manifest = [...manifests.values()].find((one) => path === `/${one.name}` || path === tarballPath(one))
    const tarball = manifest === undefined ? undefined : tarballs.get(manifest.name)
    if (manifest !== undefined && path === `/${manifest.name}`) {
      response.setHeader('content-type', 'application/json')
      response.end(JSON.stringify(packument(manifest, tarball, url)))
    } else if (tarball !== undefined) {
      fetched.add(manifest!.name)
      response.end(readFileSync(tarball))
    } else {
      response.statusCode = 404
      response.end('{}')
    }
  })
  await once(server.listen(0, '127.0.0.1'), 'listening')
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  return {
    url,
    fetched,
    close: () => {
      server.close()
      server.closeAllConnections()
    },
  }
}

/** What a registry says of a package with one version. */
function packument(manifest: Manifest, tarball: string | undefined, url: string): unknown {
  const { name, version } = manifest
  const hash = (algorithm: string, encoding: 'base64' | 'hex'): string =>
    createHash(algorithm)
      .update(tarball === undefined ? '' : readFileSync(tarball))
      .digest(encoding)
  const dist = {
    tarball: url + tarballPath(manifest),
    integrity: `sha512-${hash('sha512', 'base64')}`,
    shasum: hash('sha1', 'hex'),
  }
  const published = '2020-01-01T00:00:00.000Z' // Long ago: some package managers do not trust what is new.
  return {
    name,
    'dist-tags': { latest: version },
    time: { created: published, modified: published, [version]: published },
    versions: { [version]: { ...manifest, dist } },
  }
}
