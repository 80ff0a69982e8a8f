// Packs what is published: the root package, and the package of each platform whose binary lies in npm/<platform>/.
//
// The root's optional dependencies, one exact version per platform, are written here and not kept in package.json: with
// them there, `npm install` in a checkout would look in the registry for versions that are not published yet. What only
// serves the checkout (scripts, development dependencies, `private`) stays out of the packed manifest.
//
// Invariant: a packed package runs no script when it is installed, and only a platform's package holds a binary.

import { execFileSync } from 'node:child_process'
import { cpSync, existsSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

import { binaryName, type Manifest, type Platform, PLATFORMS, readManifest, ROOT } from './platforms.js'

const root = fileURLToPath(ROOT)
const NOTICES = 'THIRD-PARTY-LICENSES.txt'

/** The packed files, by the name of their package. */
export type Tarballs = ReadonlyMap<string, string>

/** The manifest that users get: of `manifest`, what is for them. */
function publishedManifest(manifest: Manifest): Manifest {
  const kept = Object.entries(manifest).filter(
    ([field]) => !['private', 'scripts', 'devDependencies', 'allowScripts', 'overrides', 'napi'].includes(field),
  )
  const platforms = PLATFORMS.map(({ name }) => [`${manifest.name}-${name}`, manifest.version])
  return {
    ...(Object.fromEntries(kept) as Manifest),
    ...repository(),
    // Yarn's Plug'n'Play otherwise leaves it in a zip file, from which Node cannot require an ES module.
    preferUnplugged: true,
    optionalDependencies: Object.fromEntries(platforms),
  }
}

/** Where a workflow builds it: npm's provenance compares that with the repository the manifest names. */
function repository(): { repository?: { type: 'git'; url: string } } {
  const { GITHUB_SERVER_URL: server, GITHUB_REPOSITORY: name } = process.env
  return server && name ? { repository: { type: 'git', url: `git+${server}/${name}.git` } } : {}
}

/** `npm pack` of `files` of `from`, with `manifest`, by way of a folder beside the tarballs. */
function packed(folder: string, from: string, files: readonly string[], manifest: Manifest): string {
  const staged = join(folder, 'staged', manifest.name.replace('/', '-'))
  mkdirSync(staged, { recursive: true })
  for (const file of files) {
    const source = [join(from, file), join(root, file)].find((path) => existsSync(path))
    if (source === undefined) throw new Error(`${manifest.name}: ${file} is not there to be packed; build first`)
    cpSync(source, join(staged, file), { recursive: true })
  }
  writeFileSync(join(staged, 'package.json'), `${JSON.stringify(manifest, null, 2)}\n`)
  const npm = ['pack', '--json', '--loglevel=error', '--pack-destination', folder]
  const [{ filename }] = JSON.parse(execFileSync('npm', npm, { cwd: staged, encoding: 'utf8' })) as [
    { filename: string },
  ]
  return join(folder, filename)
}

/** Empties `folder` and packs the root and the platforms with a binary into it. Throws if a file is missing. */
export function packAll(folder: string): Tarballs {
  rmSync(folder, { recursive: true, force: true })
  const manifest = readManifest(new URL('package.json', ROOT))
  const tarballs = new Map([
    [manifest.name, packed(folder, root, [...manifest.files!, 'README.md', 'LICENSE'], publishedManifest(manifest))],
  ])
  for (const platform of PLATFORMS.filter(isBuilt)) {
    const from = join(root, 'npm', platform.name)
    const own = readManifest(new URL(`npm/${platform.name}/package.json`, ROOT))
    const files = [...own.files!, NOTICES]
    tarballs.set(
      own.name,
      packed(folder, from, [...files, 'README.md', 'LICENSE'], { ...own, type: 'commonjs', ...repository(), files }),
    )
  }
  rmSync(join(folder, 'staged'), { recursive: true })
  return tarballs
}

const isBuilt = (platform: Platform): boolean =>
  readdirSync(new URL(`npm/${platform.name}`, ROOT)).includes(binaryName(platform))

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  for (const tarball of packAll(process.argv[2] ?? join(root, 'target', 'packed')).values()) {
    process.stdout.write(`${tarball}\n`)
  }
}
