// The package as it would be published: what is in it, that it can be imported by its name, its types.

import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { cpSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { ok, same } from './tally.mjs'

const KIT = fileURLToPath(new URL('..', import.meta.url))

export async function checkPackage(tally, packages) {
  const modules = join(packages, 'node_modules')
  await tally.test('the package is packed and installed', () => install(packages, modules))
  await tally.test('the package needs no other', () => {
    const manifest = JSON.parse(readFileSync(join(modules, 'countersign-webhooks/package.json'), 'utf8'))
    const kinds = ['dependencies', 'peerDependencies', 'optionalDependencies', 'bundledDependencies']
    same(kinds.filter((kind) => kind in manifest), [])
    same([manifest.name, manifest.version, manifest.license], ['countersign-webhooks', '0.1.0', 'MIT OR Apache-2.0'])
  })
  await tally.test('it is imported by its name', () => {
    const script = "import('countersign-webhooks').then((kit) => console.log(Object.keys(kit).sort().join()))"
    const { stdout, stderr } = run(process.execPath, ['-e', script], packages)
    same(stdout.trim(), 'DIALECTS,PublishError,WebhookError,basicMatches,genericHmac,publish,sign,verify', stderr)
  })
  await tally.test('the declarations hold by themselves', () => compile(packages, ['countersign-webhooks/src/index.d.ts'], { types: [], skipLibCheck: false }))
  await tally.test('the declarations take and refuse what they must', () => {
    cpSync(join(KIT, 'tests/types.ts'), join(packages, 'types.ts'))
    compile(packages, ['types.ts'], {})
  })
  await tally.test('the examples in TypeScript compile', () => {
    cpSync(join(KIT, 'examples'), join(packages, 'examples'), { recursive: true })
    compile(packages, ['examples/nextjs/app/webhooks/route.ts'], {})
    const written = { noEmit: false, outDir: 'compiled', rootDir: 'examples', experimentalDecorators: true, emitDecoratorMetadata: true }
    compile(packages, ['examples/nestjs.ts'], written)
  })
}

function install(packages, modules) {
  const packed = join(packages, 'packed')
  rmSync(packed, { recursive: true, force: true })
  mkdirSync(packed)
  const npm = run('npm', ['pack', '--silent', '--ignore-scripts', '--pack-destination', packed], KIT)
  ok(npm.status === 0, `npm pack: ${npm.error ?? ''}${npm.stderr}`)
  const [file] = readdirSync(packed)
  same(file, 'countersign-webhooks-0.1.0.tgz')
  const folder = join(modules, 'countersign-webhooks')
  rmSync(folder, { recursive: true, force: true })
  mkdirSync(folder)
  const tar = run('tar', ['-xzf', join(packed, file), '--strip-components=1', '-C', folder], packages)
  ok(tar.status === 0, `tar: ${tar.stderr}`)
  const names = readdirSync(folder, { recursive: true }).map(String)
  for (const wanted of ['README.md', 'LICENSE-MIT', 'LICENSE-APACHE', 'src/index.js', 'src/index.d.ts', 'examples/express.mjs']) {
    ok(names.includes(wanted), `${wanted} is missing`)
  }
  ok(!names.some((name) => name.startsWith('tests')), 'the tests are in it')
  const hash = createHash('sha256')
  for (const name of names.filter((name) => /\.(?:js|ts|json)$/.test(name)).sort()) hash.update(readFileSync(join(folder, name)))
  writeFileSync(join(modules, 'countersign-webhooks.sha256'), hash.digest('hex'))
}

function compile(packages, files, options) {
  const base = { target: 'ES2022', module: 'NodeNext', strict: true, noUncheckedIndexedAccess: true, noEmit: true, skipLibCheck: true, allowJs: true, types: ['node'] }
  const project = join(packages, 'tsconfig.json')
  const paths = files.map((file) => (file.startsWith('countersign-webhooks/') ? join('node_modules', file) : file))
  writeFileSync(project, JSON.stringify({ compilerOptions: { ...base, ...options }, files: paths }))
  const { status, stdout } = run(join(packages, 'node_modules/.bin/tsc'), ['-p', project], packages)
  ok(status === 0, stdout)
}

const run = (program, given, cwd) => spawnSync(program, given, { cwd, encoding: 'utf8', timeout: 120_000 })
